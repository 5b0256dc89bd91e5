"""Stage: the readable text of every source."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from pathlib import Path

from podloom.cache.keys import cache_key
from podloom.domain import SourceDocument
from podloom.domain.progress import count_of
from podloom.sources.read import read_sources as read_all
from podloom.stages import shared
from podloom.stages.remembered import fits
from podloom.stages.run import Run
from podloom.stt.transcriber import Transcription


async def read_sources(run: Run) -> tuple[SourceDocument, ...]:
    """Read all sources at once.

    Raises:
        SourceError: One of them cannot be read or holds nothing to speak of.
    """
    count = len(run.request.sources)
    run.telemetry.report(stage="sources", message=f"Reading {count_of(count, 'source')}")
    run.documents = await read_all(
        run.request.sources,
        language_hint=run.request.language,
        transcribe=partial(_transcribe, run),
        note=run.telemetry.note,
    )
    return run.documents


async def _transcribe(run: Run, path: Path) -> Transcription:
    """A recording's words, from the transcription tier or from the recogniser."""
    transcriber = shared.transcriber(run.settings)

    async def make() -> bytes:
        run.telemetry.report(message=f"Listening to {path.name}")
        return (await transcriber.transcribe(path)).model_dump_json().encode()

    digest = await asyncio.to_thread(_digest, path)
    key = cache_key(
        "transcription", recording=digest, transcriber=transcriber.name, version=transcriber.version
    )
    made = await run.cache.get_or_make("transcription", key, make, fits(Transcription))
    return Transcription.model_validate_json(made.value)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

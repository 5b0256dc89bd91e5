"""What a run has read, kept while its script is reviewed: a page may be gone, or another one, by then."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from podloom.domain import Frozen, SourceDocument
from podloom.settings import Settings
from podloom.stages.run import Run

log = logging.getLogger(__name__)
DAY_S = 86_400


class ReadSources(Frozen):
    """The documents of one run."""

    documents: tuple[SourceDocument, ...]


def recall_reading(run: Run) -> tuple[SourceDocument, ...]:
    """What an earlier attempt of the run has read on this machine; nothing if there was none."""
    with suppress(OSError, ValidationError):
        return ReadSources.model_validate_json(_file(run).read_bytes()).documents
    return ()


def remember_reading(run: Run, documents: tuple[SourceDocument, ...]) -> None:
    """Keep it for the next attempt; without room the sources are read again then."""
    file = _file(run)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(ReadSources(documents=documents).model_dump_json(), encoding="utf-8")
    except OSError as error:
        log.warning("what was read is not kept for the review: %s", error)


def clean_readings(settings: Settings) -> int:
    """Delete those whose review has ended, one way or the other; returns their number."""
    limit = time.time() - settings.review.timeout_s - DAY_S
    old = [file for file in _folder(settings).glob("*.json") if file.stat().st_mtime < limit]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _file(run: Run) -> Path:
    return _folder(run.settings) / f"{run.id}.json"


def _folder(settings: Settings) -> Path:
    return settings.home / "reviews"

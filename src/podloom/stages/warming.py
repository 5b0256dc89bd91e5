"""The predictive cache: a show's stock phrases, voiced before an episode needs them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from shutil import rmtree

from podloom.domain import EpisodeRequest, Segment
from podloom.script.frame import frame_lines
from podloom.settings import Settings
from podloom.stages.opening import open_run
from podloom.stages.voice import voice_segment
from podloom.telemetry import Telemetry


async def warm(request: EpisodeRequest, settings: Settings, phrases: Sequence[str]) -> dict[str, int]:
    """Voice the disclosure and `phrases` with every voice of the show's cast; returns made and known.

    Raises:
        PodloomError: The cast cannot be made, or a phrase cannot be voiced.
    """
    telemetry = Telemetry()
    run = open_run(request, settings, telemetry, str(uuid.uuid4()))
    texts = [*frame_lines(request, run.speakers), *phrases]
    segments = [
        Segment(chapter=0, index=index, speaker=speaker.name, text=text)
        for speaker in run.speakers
        for index, text in enumerate(texts)
    ]
    try:
        await asyncio.gather(*(voice_segment(run, segment) for segment in segments))
    finally:
        await run.cache.close()
        rmtree(run.partial, ignore_errors=True)
    return {"made": telemetry.counters["speech.calls"], "known": telemetry.counters["cache.tts.hit"]}

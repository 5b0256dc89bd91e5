"""The predictive cache: a show's stock phrases, voiced before an episode needs them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from podloom.domain import Clip, EpisodeRequest, Segment
from podloom.script.frame import frame_lines
from podloom.settings import Settings
from podloom.stages.contrast import contrast
from podloom.stages.opening import meet_and_open
from podloom.stages.run import Run
from podloom.stages.voice import voice_segment
from podloom.telemetry import Telemetry


async def warm(request: EpisodeRequest, settings: Settings, phrases: Sequence[str]) -> dict[str, int]:
    """Voice the disclosure and `phrases` with every voice of the show's cast; returns made and known.

    Raises:
        PodloomError: The cast cannot be made, or a phrase cannot be voiced.
    """
    telemetry = Telemetry()
    with TemporaryDirectory() as folder:  # nothing is published
        request = request.model_copy(update={"out": folder})
        run = await meet_and_open(request, settings, telemetry, str(uuid.uuid4()))
        await contrast(run)
        clips = await _voice_all(run, phrases)
    known = sum(clip.cached for clip in clips)
    return {"made": len(clips) - known, "known": known}


async def _voice_all(run: Run, phrases: Sequence[str]) -> list[Clip]:
    texts = [*frame_lines(run.request, run.speakers), *phrases]
    segments = [
        Segment(chapter=0, index=index, speaker=speaker.name, text=text)
        for speaker in run.speakers
        for index, text in enumerate(texts)
    ]
    try:
        return await asyncio.gather(*(voice_segment(run, segment) for segment in segments))
    finally:
        await run.cache.close()

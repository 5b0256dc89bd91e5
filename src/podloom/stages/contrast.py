"""A cast whose voices can be told apart, before anything is written for it."""

from __future__ import annotations

from pathlib import Path

from podloom.settings import Settings
from podloom.stages.run import Run
from podloom.tts.hearing import tell_apart


def measurements(settings: Settings) -> Path:
    """The folder of what was measured of voices that no table describes."""
    return settings.home / "voices"


async def contrast(run: Run) -> None:
    """Give a speaker another voice where two sound alike; one that was asked for stays.

    Raises:
        VoiceError: They sound alike, and nobody can be given another.
        SpeechError: The engine cannot speak.
    """
    asked = zip(run.speakers, run.request.speakers, strict=False)  # others than the first nobody asked for
    named = {speaker.name for speaker, wanted in asked if wanted.voice}
    known = measurements(run.settings)
    run.speakers, note = await tell_apart(run.speakers, run.engine, known, named=named)
    if note:
        run.telemetry.note(note)

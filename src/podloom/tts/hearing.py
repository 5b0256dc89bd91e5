"""Whether the voices of a cast sound alike, heard from the engine where no table says it.

A local engine speaks one sentence with each voice, once: what was measured is kept in a folder. A server's
sentences cost money, so of its voices it is only said that nobody has measured them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from podloom.domain import Language, Speaker, Voice
from podloom.errors import VoiceError
from podloom.tts.engine import SpeechEngine
from podloom.tts.likeness import combined, opposite, semitones

if TYPE_CHECKING:
    from podloom.tts.measuring import Measured

SENTENCES: dict[Language, str] = {
    "en": "The lake was still warm long after the air had cooled, and nobody could say why.",
    "ko": "공기가 식은 뒤에도 호수는 오랫동안 따뜻했고, 아무도 그 까닭을 알지 못했습니다.",
}
MOST_TRIED = 6
"""Voices that are tried for a suggestion."""
VERSION = 1
"""Raise it when sentences or measures change."""


async def refuse_alike(speakers: Sequence[Speaker], engine: SpeechEngine, folder: Path) -> str:
    """What should be known about voices that nobody can compare; "" when they were compared.

    Args:
        speakers: The cast.
        engine: What speaks for it.
        folder: Where measurements are kept.

    Raises:
        VoiceError: Two speakers sound alike; another voice is suggested.
        SpeechError: The engine cannot speak.
    """
    voices = [speaker.voice for speaker in speakers]
    unknown = [pair for pair in combinations(voices, 2) if semitones(*pair) is None and not opposite(*pair)]
    if not unknown:
        return ""
    if engine.remote:
        names = ", ".join(sorted({voice.id for pair in unknown for voice in pair}))
        return f"nobody has measured whether the voices {names} of {engine.name} sound alike; listen to them"
    for one, other in unknown:
        apart = _apart(*[await _heard(voice, engine, folder) for voice in (one, other)])
        if apart < 1:
            instead = await _suggested(voices, engine, folder)
            raise VoiceError(
                f"the voices {one.id!r} and {other.id!r} of {engine.name} sound alike (distance {apart:.1f}, "
                f"from 1 on they can be told apart); {instead}"
            )
    return ""


async def _suggested(taken: Sequence[Voice], engine: SpeechEngine, folder: Path) -> str:
    """A voice that sounds like none that is taken, in words."""
    names = {voice.id for voice in taken}
    free = [voice for voice in engine.voices(taken[0].language) if voice.id not in names]
    known = [await _heard(voice, engine, folder) for voice in taken]
    for voice in free[:MOST_TRIED]:
        heard = await _heard(voice, engine, folder)
        if all(_apart(heard, other) >= 1 for other in known):
            return f"give one of them {voice.id!r}"
    return "give one of them another voice, or take fewer speakers"


def _apart(one: Measured, other: Measured) -> float:
    pitch = abs(12 * math.log2(one.pitch_hz / other.pitch_hz)) if one.pitch_hz and other.pitch_hz else 0.0
    return combined(pitch, math.dist(one.timbre, other.timbre))


async def _heard(voice: Voice, engine: SpeechEngine, folder: Path) -> Measured:
    """What was measured of the voice, now or before."""
    identity = [VERSION, engine.name, engine.version, voice.id, voice.language]
    path = folder / f"{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]}.json"
    if (known := _kept(path)) is not None:
        return known
    from podloom.tts.measuring import measure  # noqa: PLC0415 - NumPy, for voices that nobody has measured

    measured = measure(await engine.synthesize(SENTENCES[voice.language], voice))
    _keep(path, measured)
    return measured


def _kept(path: Path) -> Measured | None:
    """None when it was not measured, or the file is damaged."""
    from podloom.tts.measuring import Measured  # noqa: PLC0415 - see _heard

    with suppress(OSError, ValueError, TypeError, LookupError):
        told = json.loads(path.read_bytes())
        return Measured(told["pitch_hz"], tuple(told["timbre"]))
    return None


def _keep(path: Path, measured: Measured) -> None:
    with suppress(OSError):  # it is measured again then
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(measured)), "utf-8")

"""Whether the voices of a cast sound alike, heard from the engine where no table says it.

A local engine speaks one sentence with each voice, once: what was measured is kept in a folder. A server's
sentences cost money, so of its voices it is only said that nobody has measured them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Sequence
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
"""Voices that are tried in place of one that sounds like another."""
VERSION = 1
"""Raise it when sentences or measures change."""


async def tell_apart(
    speakers: Sequence[Speaker], engine: SpeechEngine, folder: Path, *, named: Collection[str] = ()
) -> tuple[tuple[Speaker, ...], str]:
    """The cast, of which no two sound alike, and what should be known about it; "" for nothing.

    Args:
        speakers: The cast; where two sound alike, one gets another voice.
        engine: What speaks for it.
        folder: Where measurements are kept.
        named: Speakers whose voice somebody asked for: they keep it.

    Raises:
        VoiceError: Two speakers sound alike, and both keep their voices or there is no other.
        SpeechError: The engine cannot speak.
    """
    cast = list(speakers)
    unknown = [pair for pair in combinations(cast, 2) if _unknown(*pair)]
    if not unknown:
        return tuple(cast), ""
    if engine.remote:
        names = ", ".join(sorted({speaker.voice.id for pair in unknown for speaker in pair}))
        note = f"nobody has measured whether the voices {names} of {engine.name} sound alike; listen to them"
        return tuple(cast), note
    notes = []
    for at, other in combinations(range(len(cast)), 2):
        if not _unknown(cast[at], cast[other]):
            continue
        one, two = cast[at].voice, cast[other].voice
        apart = _apart(*[await _heard(voice, engine, folder) for voice in (one, two)])
        if apart >= 1:
            continue
        alike = f"the voices {one.id!r} and {two.id!r} of {engine.name} sound alike"
        free = [place for place in (other, at) if cast[place].name not in named]
        voice = await _another([speaker.voice for speaker in cast], two, engine, folder)
        if not (free and voice):
            instead = f"give one of them {voice.id!r}" if voice else "take fewer speakers"
            how = f"(distance {apart:.1f}, from 1 on they can be told apart)"
            raise VoiceError(f"{alike} {how}; {instead}")
        cast[free[0]] = cast[free[0]].model_copy(update={"voice": voice})
        notes.append(f"{alike}, so {cast[free[0]].name} has {voice.id!r}")
    return tuple(cast), "; ".join(notes)


def _unknown(one: Speaker, other: Speaker) -> bool:
    """Whether nothing that is written down tells their voices apart."""
    return semitones(one.voice, other.voice) is None and not opposite(one.voice, other.voice)


async def _another(
    taken: Sequence[Voice], replaced: Voice, engine: SpeechEngine, folder: Path
) -> Voice | None:
    """The first voice that sounds like none that is taken, of the same gender where there is one."""
    names = {voice.id for voice in taken}
    free = [voice for voice in engine.voices(replaced.language) if voice.id not in names]
    free.sort(key=lambda voice: voice.gender != replaced.gender)
    known = [await _heard(voice, engine, folder) for voice in taken]
    for voice in free[:MOST_TRIED]:
        heard = await _heard(voice, engine, folder)
        if all(_apart(heard, other) >= 1 for other in known):
            return voice
    return None


def _apart(one: Measured, other: Measured) -> float:
    pitch = abs(12 * math.log2(one.pitch_hz / other.pitch_hz)) if one.pitch_hz and other.pitch_hz else 0.0
    return combined(pitch, math.dist(one.timbre, other.timbre))


def recalled(voice: Voice, engine: SpeechEngine, folder: Path) -> Measured | None:
    """What was measured of the voice before; None when nothing was."""
    return _kept(_note(voice, engine, folder))


async def _heard(voice: Voice, engine: SpeechEngine, folder: Path) -> Measured:
    """What was measured of the voice, now or before."""
    path = _note(voice, engine, folder)
    if (known := _kept(path)) is not None:
        return known
    from podloom.tts.measuring import measure  # noqa: PLC0415 - NumPy, for voices that nobody has measured

    measured = measure(await engine.synthesize(SENTENCES[voice.language], voice))
    _keep(path, measured)
    return measured


def _note(voice: Voice, engine: SpeechEngine, folder: Path) -> Path:
    """Where it is kept."""
    identity = [VERSION, engine.name, engine.version, voice.id, voice.language]
    return folder / f"{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]}.json"


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

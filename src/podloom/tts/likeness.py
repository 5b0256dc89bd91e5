"""Whether two voices sound alike, by what was measured of them: pitch, and timbre where there is one.

    distance = sqrt((semitones / 3)^2 + (timbre distance / 20)^2)        alike: below 1

Timbre is the mean of twelve mel-cepstral coefficients (C1 to C12 of 26 bands from 80 to 8000 Hz, in dB, over
the frames that are not silent); its distance is Euclidean. Of the embedded voices, two lines of one voice lie
3.5 to 5.4 apart, one voice in English and in Korean 1.5 to 2.4, two voices 5 to 39. Four times the distance
within a voice is asked for when the pitch is the same, because a listener has nothing else to go by; three
semitones, when the timbre is the same or unknown. Both limits were chosen from these figures; no panel of
listeners has judged them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from podloom.domain import Voice
from podloom.tts.engine import SpeechEngine, TimbreEngine

SEMITONES = 3.0
"""Apart in pitch, voices of the same timbre can be told from each other."""
TIMBRE = 20.0
"""Apart in timbre, voices of the same pitch can."""


def semitones(one: Voice, other: Voice) -> float | None:
    """Distance in pitch; None where a pitch was not measured."""
    if not (one.pitch_hz and other.pitch_hz):
        return None
    return abs(12 * math.log2(one.pitch_hz / other.pitch_hz))


def distance(one: Voice, other: Voice, engine: SpeechEngine) -> float | None:
    """Below 1 for voices that sound alike; None where nothing was measured."""
    pitch = semitones(one, other)
    if pitch is None:
        return None
    timbres = [engine.timbre(voice) for voice in (one, other)] if isinstance(engine, TimbreEngine) else []
    known = [timbre for timbre in timbres if timbre]
    return combined(pitch, math.dist(*known) if len(known) == 2 else 0.0)


def combined(pitch: float, timbre: float) -> float:
    """The module's formula, of semitones and a distance in timbre."""
    return math.hypot(pitch / SEMITONES, timbre / TIMBRE)


def opposite(one: Voice, other: Voice) -> bool:
    """A woman and a man, who are told apart whatever was measured."""
    return {one.gender, other.gender} == {"female", "male"}


def alike(voice: Voice, others: Iterable[Voice], engine: SpeechEngine) -> Voice | None:
    """The first of the others that cannot be told from this voice, by its id or by what was measured."""
    for other in others:
        if voice.id == other.id:
            return other
        apart = distance(voice, other, engine)
        if apart is not None and apart < 1 and not opposite(voice, other):
            return other
    return None

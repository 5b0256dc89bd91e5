"""Procedural theme music: no samples, so no licence question. The same arguments give the same samples.

An electric-piano arpeggio over major-seventh chords, a detuned pad and a seeded room.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from podloom.audio.samples import SAMPLE_RATE, Samples

Kind = Literal["intro", "sting", "outro"]
Tone = NDArray[np.float64]
Chord = tuple[int, ...]
"""Semitones above the key."""

KEY_MIDI = 57
BEAT_S = 60 / 96
HELD_BEATS = 4
TAIL_S = 0.8
PEAK = 0.7
PARTIALS = 7
ROOM_HZ = (250, 5000)
"""Where the echo's level falls off, by 12 dB an octave."""


@dataclass(frozen=True)
class Score:
    """Chords with the beat at which each begins."""

    length_s: float
    """With the tail that fades out."""
    chords: tuple[tuple[float, Chord], ...]
    notes: int
    """Plucked in each chord."""
    spread_beats: float
    """Between two of them."""


MINOR, LIFT, FOURTH, HOME = (0, 7, 11, 14, 16), (-4, 3, 8, 12, 15), (-7, 5, 9, 12, 16), (0, 7, 11, 16, 19)
SCORES: dict[Kind, Score] = {
    "intro": Score(6.2, ((0, MINOR), (4, LIFT)), 8, 0.5),
    "sting": Score(1.9, ((0, (0, 7, 14, 16)),), 4, 0.16),
    "outro": Score(6.2, ((0, FOURTH), (4, HOME)), 8, 0.5),
}


_composing = Lock()


def theme(kind: Kind) -> Samples:
    """Mono at the programme's rate; made once a process, so do not write into it."""
    with _composing:  # whoever comes second waits instead of making it again
        return _composed(kind)


@cache
def _composed(kind: Kind) -> Samples:
    score, chance, pluck = SCORES[kind], np.random.default_rng(3), cache(_pluck)
    dry = np.zeros(int(score.length_s * SAMPLE_RATE))
    for beat, chord in score.chords:
        at_s = beat * BEAT_S
        _place(dry, _pad(chord[:4], HELD_BEATS * BEAT_S + 1.8), at_s, 0.3)
        _place(dry, pluck(_hertz(chord[0] - 12), 2.5, 3), at_s, 0.5)
        for index in range(score.notes):
            note = pluck(_hertz(chord[index % len(chord)] + 12), 2.2, 6)
            loudness = 0.34 * (0.8 + 0.2 * chance.random())
            _place(dry, note, at_s + index * score.spread_beats * BEAT_S, loudness)
    music = _room(dry)
    tail = int(TAIL_S * SAMPLE_RATE)
    music[-tail:] *= np.cos(np.linspace(0, np.pi / 2, tail)) ** 2
    scaled: Samples = (music / np.abs(music).max() * PEAK).astype(np.float32)
    scaled.setflags(write=False)
    return scaled


def _hertz(semitones: int) -> float:
    return float(440 * 2 ** ((KEY_MIDI + semitones - 69) / 12))


def _times(length_s: float) -> Tone:
    return np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE


def _pluck(hz: float, length_s: float, bright: float) -> Tone:
    """Electric piano: decaying, slightly inharmonic partials with a soft attack."""
    time = _times(length_s)
    tone = np.zeros_like(time)
    decay, faster = np.exp(-1.1 * time), np.exp(-0.55 * time - 2 / bright)
    for k in range(1, PARTIALS + 1):
        partial_hz = hz * k * (1 + 0.0003 * k * k)
        decay = decay * faster
        tone += decay * np.sin(2 * np.pi * partial_hz * time)
    return tone * np.minimum(1, time / 0.006)


def _pad(chord: Chord, length_s: float) -> Tone:
    """Three detuned voices for each note, slow in and out."""
    time = _times(length_s)
    envelope = np.minimum(1, time / 1.2) * np.minimum(1, (length_s - time) / 1.8).clip(0)
    total = np.zeros_like(time)
    for semitones in chord:
        for detune, phase in ((0.9985, 0.0), (1.0, 1.3), (1.0015, 2.1)):
            angle = 2 * np.pi * _hertz(semitones) * detune * time
            total += np.sin(angle + phase) + 0.3 * np.sin(2 * angle)
    shaped: Tone = total * envelope / (len(chord) * 3)
    return shaped


def _room(dry: Tone, length_s: float = 1.6, wet: float = 0.22) -> Tone:
    """Convolution with decaying, band-limited noise."""
    size = int(length_s * SAMPLE_RATE)
    noise = np.random.default_rng(1).standard_normal(size) * np.exp(-6.9 * np.arange(size) / size)
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    with np.errstate(divide="ignore"):  # at 0 Hz nothing passes
        band = 1 / np.sqrt((1 + (ROOM_HZ[0] / hertz) ** 4) * (1 + (hertz / ROOM_HZ[1]) ** 4))
    echo = np.fft.irfft(np.fft.rfft(noise) * band, size)
    echo /= np.sqrt(np.square(echo).sum())
    whole = len(dry) + size
    wet_tone: Tone = np.fft.irfft(np.fft.rfft(dry, whole) * np.fft.rfft(echo, whole), whole)[: len(dry)]
    mixed: Tone = dry + wet * wet_tone
    return mixed


def _place(out: Tone, tone: Tone, at_s: float, gain: float) -> None:
    start = int(at_s * SAMPLE_RATE)
    fitting = tone[: max(0, len(out) - start)]
    out[start : start + len(fitting)] += fitting * gain

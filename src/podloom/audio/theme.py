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
DETUNED, PHASES = (0.9985, 1.0, 1.0015), (0.0, 1.3, 2.1)
"""Of the voices of one note in the pad."""
ROW = 512
ROOM_STEP = 1 << 13
"""Samples: a transform of whole steps has small factors, and takes half the time."""
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
    numbers = np.arange(1.0, PARTIALS + 1)
    tone = _sines(
        hz * numbers * (1 + 0.0003 * numbers**2),
        loudness=np.exp(-2 * numbers / bright),
        decay=1.1 + 0.55 * numbers,
        length_s=length_s,
    )
    return tone * np.minimum(1, _times(length_s) / 0.006)


def _pad(chord: Chord, length_s: float) -> Tone:
    """Three detuned voices for each note, slow in and out."""
    time = _times(length_s)
    envelope = np.minimum(1, time / 1.2) * np.minimum(1, (length_s - time) / 1.8).clip(0)
    voices = np.outer([_hertz(semitones) for semitones in chord], DETUNED).ravel()
    total = _sines(voices, phase=np.tile(PHASES, len(chord)), length_s=length_s)
    total += _sines(2 * voices, loudness=np.full(len(voices), 0.3), length_s=length_s)
    shaped: Tone = total * envelope / len(voices)
    return shaped


def _sines(
    hertz: Tone,
    *,
    length_s: float,
    loudness: Tone | float = 1.0,
    phase: Tone | float = 0.0,
    decay: Tone | float = 0.0,
) -> Tone:
    """The sum of sines; each fades by `decay` nepers a second.

    Such a sine is the imaginary part of z^n, and z^(a + b) is z^a times z^b: cut into rows, the sum is one
    product of two small matrices, where a sine for every sample takes half a second for a piece.
    """
    size = int(length_s * SAMPLE_RATE)
    turn = (2j * np.pi * hertz - decay) / SAMPLE_RATE
    rows = np.exp(np.outer(np.arange(0, size, ROW), turn)) * (loudness * np.exp(np.multiply(1j, phase)))
    columns = np.exp(np.outer(turn, np.arange(ROW)))
    # Not by BLAS: its threads wait busily for more work than this.
    total: Tone = np.einsum("rk,kc->rc", rows.real, columns.imag)
    total += np.einsum("rk,kc->rc", rows.imag, columns.real)
    return total.ravel()[:size]


def _room(dry: Tone, length_s: float = 1.6, wet: float = 0.22) -> Tone:
    """Convolution with decaying, band-limited noise."""
    size = int(length_s * SAMPLE_RATE)
    noise = np.random.default_rng(1).standard_normal(size) * np.exp(-6.9 * np.arange(size) / size)
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    with np.errstate(divide="ignore"):  # at 0 Hz nothing passes
        band = 1 / np.sqrt((1 + (ROOM_HZ[0] / hertz) ** 4) * (1 + (hertz / ROOM_HZ[1]) ** 4))
    echo = np.fft.irfft(np.fft.rfft(noise) * band, size)
    echo /= np.sqrt(np.square(echo).sum())
    whole = -(-(len(dry) + size) // ROOM_STEP) * ROOM_STEP
    wet_tone: Tone = np.fft.irfft(np.fft.rfft(dry, whole) * np.fft.rfft(echo, whole), whole)[: len(dry)]
    mixed: Tone = dry + wet * wet_tone
    return mixed


def _place(out: Tone, tone: Tone, at_s: float, gain: float) -> None:
    start = int(at_s * SAMPLE_RATE)
    fitting = tone[: max(0, len(out) - start)]
    out[start : start + len(fitting)] += fitting * gain

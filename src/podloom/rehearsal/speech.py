"""Clips that pass for speech: harmonics at the voice's pitch, one hump a syllable, as long as the text."""

from __future__ import annotations

import io
import wave
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from podloom.domain import count_words

SAMPLE_RATE = 24_000
CHARS_PER_S = 15.0
KOREAN_CHARS_PER_S = 6.5
SHORTEST_S = 0.4
SYLLABLES_PER_S = 4.0
PEAK = 0.5

Damage = Literal["", "silent", "empty", "clipped"]


def speak(text: str, voice: str, damage: Damage = "") -> bytes:
    """16-bit mono samples at 24 kHz; the same for the same text and voice."""
    if damage == "empty" or not count_words(text):
        return b""
    samples = _shaped(duration_s(text), _pitch_hz(voice), _seed(text))
    if damage == "silent":
        samples = np.zeros_like(samples)
    if damage == "clipped":
        samples = np.clip(samples * 20, -1, 1)
    return np.asarray(np.round(samples * 32767), dtype="<i2").tobytes()


def as_wav(samples: bytes) -> bytes:
    """The samples with a header."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(samples)
    return buffer.getvalue()


def duration_s(text: str) -> float:
    """How long speaking takes; a Korean syllable is one character and takes longer than a letter."""
    hangul = sum("가" <= character <= "힣" for character in text)
    return max(SHORTEST_S, hangul / KOREAN_CHARS_PER_S + (len(text) - hangul) / CHARS_PER_S)


def _shaped(length_s: float, pitch_hz: float, seed: int) -> NDArray[np.float32]:
    frames = round(length_s * SAMPLE_RATE)
    tone = np.resize(_period(pitch_hz), frames)
    time_s = np.arange(frames, dtype=np.float32) / SAMPLE_RATE
    syllables = max(1, round(length_s * SYLLABLES_PER_S))
    humps = np.abs(np.sin(np.float32(np.pi * syllables / length_s) * time_s))
    # Loudness follows the text, so that two clips of one length are not the same clip.
    accents = np.random.default_rng(seed).uniform(0.6, 1.0, syllables + 1).astype(np.float32)
    accent = np.repeat(accents, frames // syllables + 1)[:frames]
    return np.asarray(PEAK * tone * humps * accent, dtype=np.float32)


@lru_cache(maxsize=64)
def _period(pitch_hz: float) -> NDArray[np.float32]:
    """One second of a tone with falling harmonics, peak 1; whole periods, so it repeats without a click."""
    time_s = np.arange(SAMPLE_RATE, dtype=np.float64) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * k * pitch_hz * time_s) / k for k in range(1, 6))
    return np.asarray(tone / np.abs(tone).max(), dtype=np.float32)


def _pitch_hz(voice: str) -> float:
    """A whole number between 90 and 240."""
    return float(90 + _seed(voice) % 151)


def _seed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest())

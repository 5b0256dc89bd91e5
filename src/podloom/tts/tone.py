"""An engine without a model: a tone with the rhythm of speech. For tests, benchmarks and dry runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podloom.domain import Delivery, Language, Voice, count_words
from podloom.errors import SpeechError
from podloom.settings import Settings
from podloom.tts.engine import Audio, Samples
from podloom.tts.readiness import Readiness

SAMPLE_RATE = 24_000
SYLLABLES_PER_S = 4.0
HARMONICS = 6
PEAK = 0.35
SHORTEST_S = 0.3

_VOICES: tuple[tuple[str, str, float], ...] = (
    ("tone-low", "Low tone", 110.0),
    ("tone-high", "High tone", 220.0),
    ("tone-middle", "Middle tone", 160.0),
    ("tone-bright", "Bright tone", 290.0),
)
_WORDS_PER_MINUTE: dict[Language, float] = {"en": 150.0, "ko": 100.0}


def missing_packages() -> list[str]:
    """Nothing."""
    return []


def readiness(_settings: Settings, _language: Language, speakers: int) -> Readiness:
    """Always, for as many speakers as it has pitches."""
    return Readiness(ready=speakers <= len(_VOICES), why="it needs nothing")


class ToneEngine:
    """Instantaneous and deterministic; duration is exactly words divided by the voice's rate."""

    name = "tone"
    version = "tone-1"
    remote = False
    seeded = True
    batch_size = 1
    """It gains nothing from batches; a test may say otherwise."""

    def __init__(self, settings: Settings) -> None:
        self.concurrency = settings.speech.local_concurrency or 4

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """Four pitches in each language."""
        return [
            Voice(
                engine=self.name,
                id=name,
                language=code,
                label=label,
                gender="neutral",
                pitch_hz=pitch_hz,
                words_per_minute=rate,
                licence="none: a tone",
            )
            for code, rate in _WORDS_PER_MINUTE.items()
            if language in {None, code}
            for name, label, pitch_hz in _VOICES
        ]

    async def load(self) -> None:
        """Nothing to load."""

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """A tone at the voice's pitch, one hump a syllable; `seed` shifts its phase.

        Raises:
            SpeechError: There are no words in the text.
        """
        words = count_words(text)
        if words == 0:
            raise SpeechError(f"there is nothing to speak in {text!r}")
        duration_s = max(SHORTEST_S, words * 60 / voice.words_per_minute)
        return Audio(_tone(voice.pitch_hz or 150.0, duration_s, seed), SAMPLE_RATE)

    async def speak_batch(
        self,
        texts: Sequence[str],
        voice: Voice,
        delivery: Delivery,  # noqa: ARG002 - the protocol's
        *,
        seeds: Sequence[int],
    ) -> Sequence[Audio]:
        """One tone after the other.

        Raises:
            SpeechError: There are no words in one of the texts.
        """
        asked = zip(texts, seeds, strict=True)
        return [await self.synthesize(text, voice, seed=seed) for text, seed in asked]

    async def close(self) -> None:
        """Nothing to give back."""


def _tone(pitch_hz: float, duration_s: float, seed: int) -> Samples:
    """Falling harmonics under a raised-cosine envelope that touches zero at both ends."""
    time_s = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * (pitch_hz * time_s + seed % 97 / 97)
    tone = sum(np.sin(k * phase) / k for k in range(1, HARMONICS + 1))
    syllables = max(1, round(duration_s * SYLLABLES_PER_S))
    envelope = 0.5 - 0.5 * np.cos(2 * np.pi * syllables * time_s / duration_s)
    shaped = tone * (0.15 + 0.85 * envelope) * np.minimum(1, np.minimum(time_s, time_s[::-1]) / 0.01)
    return np.asarray(PEAK * shaped / np.abs(shaped).max(), dtype=np.float32)

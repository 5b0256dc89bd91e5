"""Every clip is checked before it enters the mix: a broken one costs a line, not the episode's trust.

Duration is compared with the text. Until a voice has spoken enough, the expectation comes from its speaking
rate with a wide band; then from the median and the spread of what it has really said, which may narrow the
band but not leave the wide one.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from podloom.domain import Delivery, Language, Voice
from podloom.errors import ProviderError, SpeechError
from podloom.text.lexicon import words_only
from podloom.tts.engine import PLAIN, Audio, Samples, SpeechEngine, speak

_LOG = logging.getLogger(__name__)

FRAME_S = 0.02
QUIET_DBFS = -55.0
"""A frame below is silence; noise floors of speech models lie under it."""
LONGEST_SILENCE_S = 2.0
CLIPPED_RUN = 4
"""So many neighbouring samples at the same extreme are a flat top."""
CLIPPED_SHARE = 0.001
CLIPPED_PEAK = 0.98

CHARACTERS_PER_WORD: dict[Language, float] = {"en": 6.0, "ko": 4.0}
"""With the space; for the expectation before anything is learned."""
PRIOR_FACTOR = 2.5
"""A duration may be off by this factor either way before anything is learned."""
NARROWEST_FACTOR = 1.6
ENOUGH_CLIPS = 12
REMEMBERED_CLIPS = 200
SLACK_S = 0.6
"""Short lines vary more than long ones: added to either end of the band."""

_NEXT_SEED = 7919


class ClipCheck:
    """Finds what is wrong with clips, and learns how long each voice takes."""

    def __init__(self) -> None:
        self._paces: dict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED_CLIPS))

    def faults(self, audio: Audio, text: str, voice: Voice) -> list[str]:
        """What is wrong, as phrases for people; an empty list for a good clip, which is learned from."""
        samples = audio.samples
        if not samples.size:
            return ["it is empty"]
        if not np.isfinite(samples).all():
            return ["it holds samples that are no numbers"]
        loud = _loud_frames(samples, audio.sample_rate)
        if not loud.any():
            return [f"it is silent (below {QUIET_DBFS:.0f} dBFS throughout)"]
        first, last = np.flatnonzero(loud)[[0, -1]]
        spoken_s = min(float(last - first + 1) * FRAME_S, audio.duration_s)
        found = [
            _clipping(samples),
            _long_silence(loud[first : last + 1]),
            self._wrong_duration(spoken_s, text, voice),
        ]
        faults = [fault for fault in found if fault]
        if not faults:
            self._paces[voice.id, voice.language].append(math.log(spoken_s / len(text)))
        return faults

    def band_s(self, text: str, voice: Voice) -> tuple[float, float]:
        """Shortest and longest plausible duration of `text`, in seconds without the silence at its ends."""
        prior = math.log(60 / (voice.words_per_minute * CHARACTERS_PER_WORD[voice.language]))
        low, high = prior - math.log(PRIOR_FACTOR), prior + math.log(PRIOR_FACTOR)
        known = self._paces[voice.id, voice.language]
        if len(known) >= ENOUGH_CLIPS:
            centre = float(np.median(known))
            deviation = 1.4826 * float(np.median(np.abs(np.array(known) - centre)))
            spread = max(4 * deviation, math.log(NARROWEST_FACTOR))
            low, high = max(low, centre - spread), min(high, centre + spread)
        return max(0.0, math.exp(low) * len(text) - SLACK_S), math.exp(high) * len(text) + SLACK_S

    def _wrong_duration(self, spoken_s: float, text: str, voice: Voice) -> str | None:
        shortest_s, longest_s = self.band_s(text, voice)
        if shortest_s <= spoken_s <= longest_s:
            return None
        return (
            f"it is too {'short' if spoken_s < shortest_s else 'long'}: {spoken_s:.1f} s for {len(text)} "
            f"characters, expected {shortest_s:.1f} to {longest_s:.1f} s"
        )


def _loud_frames(samples: Samples, sample_rate: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Per frame of 20 ms, whether it is louder than silence."""
    size = max(1, round(FRAME_S * sample_rate))
    padded = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    energies = np.einsum("ij,ij->i", padded, padded)  # sums of squares without an array of the squares
    return np.asarray(energies > size * 10 ** (QUIET_DBFS / 10), dtype=np.bool_)


def _longest_run(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """Length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _long_silence(loud: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> str | None:
    silence_s = _longest_run(~loud) * FRAME_S
    return f"it is silent for {silence_s:.1f} s within" if silence_s > LONGEST_SILENCE_S else None


def _clipping(samples: Samples) -> str | None:
    """Flat tops: runs of samples at the same extreme, near full scale or above."""
    peak = float(np.abs(samples).max())
    if peak < CLIPPED_PEAK:
        return None
    flat = np.abs(samples) >= peak * 0.9999
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flat, [False])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    share = float(runs[runs >= CLIPPED_RUN].sum()) / len(samples)
    return f"{share:.1%} of it is clipped" if share > CLIPPED_SHARE else None


_checks: WeakKeyDictionary[SpeechEngine, ClipCheck] = WeakKeyDictionary()


@dataclass(frozen=True)
class Checked:
    """A clip that passed, and what went wrong before it did."""

    audio: Audio
    voice: Voice
    faults: tuple[str, ...] = ()
    """Of the attempts before, one phrase an attempt."""


class FaultyError(SpeechError):
    """No attempt gave a sound clip."""

    def __init__(self, message: str, faults: tuple[str, ...]) -> None:
        super().__init__(message)
        self.faults = faults
        """One phrase an attempt."""


async def checked_clip(
    engine: SpeechEngine,
    text: str,
    voice: Voice,
    *,
    seed: int = 0,
    delivery: Delivery = PLAIN,
    check: ClipCheck | None = None,
    faults: tuple[str, ...] = (),
    on_audio: Callable[[], None] = lambda: None,
) -> Checked:
    """The audio of one segment that passed the check.

    A faulty clip is made once more with another seed, where the engine heeds it.

    Args:
        engine: Makes the audio; loaded if it is not yet.
        text: Normalised for speech.
        voice: One of the engine's.
        seed: Of the first attempt.
        delivery: How to say it, where the engine can.
        check: What learns the voices' pace; by default one an engine and process.
        faults: Of another engine, which this one stands in for.
        on_audio: Called for every attempt that gave audio, faulty or not: a server wants to be paid for it.

    Raises:
        FaultyError: All attempts are faulty; the message names the faults.
        ProviderError: The server failed, and the engine stands in for nobody.
    """
    stands_in = bool(faults)
    another = "" if stands_in else ", or set PODLOOM_SPEECH_FALLBACK_ENGINE"
    for attempt_seed in (seed, (seed + _NEXT_SEED) % 2**31) if engine.seeded else (seed,):
        try:
            attempt = _Attempt(engine, voice, attempt_seed, on_audio)
            audio, fault = await attempt.make(text, delivery, check)
        except ProviderError as error:
            if not stands_in:
                raise
            faults = (*faults, f"{engine.name} voice {voice.id!r}: {error}")
            break  # it is no other engine's fault, and the next call would fail as well
        if audio is not None:
            return Checked(audio, voice, faults)
        faults = (*faults, f"{engine.name} voice {voice.id!r}: {fault}")
        _LOG.warning("faulty clip by %s; text %r", faults[-1], text)
    message = (
        f"no attempt of {len(faults)} gave a sound clip for {_short(text)!r} ({' / '.join(faults)}); "
        f"reword the line, or choose another voice or engine{another}"
    )
    raise FaultyError(message, faults)


@dataclass(frozen=True)
class _Attempt:
    engine: SpeechEngine
    voice: Voice
    seed: int
    on_audio: Callable[[], None]

    async def make(self, text: str, delivery: Delivery, check: ClipCheck | None) -> tuple[Audio | None, str]:
        """A sound clip, or none and what is wrong with it."""
        try:
            await self.engine.load()
            audio = await speak(self.engine, text, self.voice, delivery, seed=self.seed)
        except SpeechError as error:
            return None, str(error)
        self.on_audio()
        check = check or _checks.setdefault(self.engine, ClipCheck())
        faults = check.faults(audio, words_only(text), self.voice)
        return (None, "; ".join(faults)) if faults else (audio, "")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."

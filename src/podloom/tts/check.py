"""Every clip is checked before it enters the mix: a broken one costs a line, not the episode's trust.

One that nobody could listen to (empty, silent, no numbers) stops the run where no engine does better. One
that is only suspicious (its length, a hole, flat tops) is kept then, and reported: the same words would give
the same clip when the run is resumed.

Duration is compared with the text. Until a voice has spoken enough, the expectation comes from its speaking
rate with a wide band; then from the median and the spread of what it has really said, which may narrow the
band but not leave the wide one.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from podloom.domain import Delivery, Language, Voice
from podloom.errors import ProviderError, SpeechError
from podloom.text.lexicon import words_only
from podloom.tts.engine import PLAIN, Audio, Samples, SpeechEngine, direction, speak

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
TELLING_CHARACTERS = 30
"""Shorter lines are spoken at paces of their own, and would widen the band until half a line fits."""
REMEMBERED_CLIPS = 200
SLACK_S = 0.6
"""Short lines vary more than long ones: added to either end of the band."""

_NEXT_SEED = 7919


class Fault(NamedTuple):
    """What is wrong with a clip."""

    words: str
    """For people: "it is too long"."""
    excess: float = math.inf
    """Logarithm of how many times the limit it is; infinite where there is nothing to listen to."""


class ClipCheck:
    """Finds what is wrong with clips, and learns how long each voice takes."""

    def __init__(self) -> None:
        self._paces: dict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED_CLIPS))

    def faults(self, audio: Audio, text: str, voice: Voice) -> list[Fault]:
        """What is wrong; an empty list for a good clip, which is learned from."""
        samples = audio.samples
        if not samples.size:
            return [Fault("it is empty")]
        if not np.isfinite(samples).all():
            return [Fault("it holds samples that are no numbers")]
        loud = _loud_frames(samples, audio.sample_rate)
        if not loud.any():
            return [Fault(f"it is silent (below {QUIET_DBFS:.0f} dBFS throughout)")]
        first, last = np.flatnonzero(loud)[[0, -1]]
        spoken_s = min(float(last - first + 1) * FRAME_S, audio.duration_s)
        found = [
            _clipping(samples),
            _long_silence(loud[first : last + 1]),
            self._wrong_duration(spoken_s, text, voice),
        ]
        faults = [fault for fault in found if fault]
        if not faults and len(text) >= TELLING_CHARACTERS:
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

    def _wrong_duration(self, spoken_s: float, text: str, voice: Voice) -> Fault | None:
        shortest_s, longest_s = self.band_s(text, voice)
        if shortest_s <= spoken_s <= longest_s:
            return None
        short = spoken_s < shortest_s
        return Fault(
            f"it is too {'short' if short else 'long'}: {spoken_s:.1f} s for {len(text)} "
            f"characters, expected {shortest_s:.1f} to {longest_s:.1f} s",
            math.log(shortest_s / spoken_s if short else spoken_s / longest_s),
        )


def _loud_frames(samples: Samples, sample_rate: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Per frame of 20 ms, whether it is louder than silence."""
    size = max(1, round(FRAME_S * sample_rate))
    centred = samples - np.float32(samples.mean(dtype=np.float64))  # as the mixer does: an offset is silent
    padded = np.pad(centred, (0, -len(samples) % size)).reshape(-1, size)
    energies = np.einsum("ij,ij->i", padded, padded)  # sums of squares without an array of the squares
    return np.asarray(energies > size * 10 ** (QUIET_DBFS / 10), dtype=np.bool_)


def _longest_run(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """Length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _long_silence(loud: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Fault | None:
    silence_s = _longest_run(~loud) * FRAME_S
    if silence_s <= LONGEST_SILENCE_S:
        return None
    return Fault(f"it is silent for {silence_s:.1f} s within", math.log(silence_s / LONGEST_SILENCE_S))


def _clipping(samples: Samples) -> Fault | None:
    """Flat tops: runs of samples at the same extreme, near full scale or above."""
    peak = float(np.abs(samples).max())
    if peak < CLIPPED_PEAK:
        return None
    flat = np.abs(samples) >= peak * 0.9999
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flat, [False])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    share = float(runs[runs >= CLIPPED_RUN].sum()) / len(samples)
    if share <= CLIPPED_SHARE:
        return None
    return Fault(f"{share:.1%} of it is clipped", math.log(share / CLIPPED_SHARE))


_checks: WeakKeyDictionary[SpeechEngine, ClipCheck] = WeakKeyDictionary()


@dataclass(frozen=True)
class Checked:
    """A clip that passed, or the best there is; and what went wrong before."""

    audio: Audio
    voice: Voice
    faults: tuple[str, ...] = ()
    """Of the attempts that failed, one phrase an attempt."""
    suspicion: str = ""
    """What is wrong with this one; "" for a clip that passed."""
    excess: float = 0.0
    """Of its faults, together."""


class FaultyError(SpeechError):
    """No attempt gave a sound clip."""

    def __init__(self, message: str, faults: tuple[str, ...], best: Checked | None = None) -> None:
        super().__init__(message)
        self.faults = faults
        """One phrase an attempt."""
        self.best = best
        """What one could listen to."""


async def checked_clip(
    engine: SpeechEngine,
    text: str,
    voice: Voice,
    *,
    seed: int = 0,
    delivery: Delivery = PLAIN,
    check: ClipCheck | None = None,
    before: FaultyError | None = None,
    last: bool = True,
    on_audio: Callable[[], None] = lambda: None,
) -> Checked:
    """The audio of one segment that passed the check, or else the best that was made.

    A faulty clip is made once more: with another seed where the engine heeds it, else at another tempo.

    Args:
        engine: Makes the audio; loaded if it is not yet.
        text: Normalised for speech.
        voice: One of the engine's.
        seed: Of the first attempt.
        delivery: How to say it, where the engine can.
        check: What learns the voices' pace; by default one an engine and process.
        before: How another engine failed, which this one stands in for.
        last: Whether no other engine will stand in for this one.
        on_audio: Called for every attempt that gave audio, faulty or not: a server wants to be paid for it.

    Raises:
        FaultyError: All attempts are faulty, and there is nothing to listen to or another engine's turn
            comes; the message names the faults.
        ProviderError: The server failed, and the engine stands in for nobody.
    """
    faults, best = (before.faults, before.best) if before else ((), None)
    for its_seed, its_delivery in _ways(engine, seed, delivery):
        attempt = _Attempt(engine, voice, its_seed, its_delivery, on_audio)
        try:
            audio, found = await attempt.make(text, check)
        except ProviderError as error:
            if before is None:
                raise
            faults = (*faults, attempt.named(str(error)))
            break  # it is no other engine's fault, and the next call would fail as well
        if audio is not None and not found:
            return Checked(audio, voice, faults)
        told = "; ".join(fault.words for fault in found)
        faults = (*faults, attempt.named(told))
        _LOG.warning("faulty clip by %s; text %r", faults[-1], text)
        excess = sum(fault.excess for fault in found)
        if audio is not None and excess < (best.excess if best else math.inf):
            best = Checked(audio, voice, suspicion=told, excess=excess)
    if best is not None and last:
        return replace(best, faults=faults)
    another = "" if before else ", or set PODLOOM_SPEECH_FALLBACK_ENGINE"
    message = (
        f"no attempt of {len(faults)} gave a sound clip for {_short(text)!r} ({' / '.join(faults)}); "
        f"reword the line, or choose another voice or engine{another}"
    )
    raise FaultyError(message, faults, best)


def _ways(engine: SpeechEngine, seed: int, delivery: Delivery) -> list[tuple[int, Delivery]]:
    """Seed and hints of the attempts; the second is left out where it would come out as the first."""
    if engine.seeded:
        return [(seed, delivery), ((seed + _NEXT_SEED) % 2**31, delivery)]
    mood: Literal["neutral", "curious"] = "neutral" if delivery.mood == "curious" else "curious"
    other = delivery.model_copy(update={"mood": mood})  # of all moods the one that changes least
    heeded = direction(engine, other) != direction(engine, delivery)
    return [(seed, delivery), (seed, other)] if heeded else [(seed, delivery)]


@dataclass(frozen=True)
class _Attempt:
    engine: SpeechEngine
    voice: Voice
    seed: int
    delivery: Delivery
    on_audio: Callable[[], None]

    async def make(self, text: str, check: ClipCheck | None) -> tuple[Audio | None, list[Fault]]:
        """A clip, or none; and what is wrong with it."""
        try:
            await self.engine.load()
            audio = await speak(self.engine, text, self.voice, self.delivery, seed=self.seed)
        except SpeechError as error:
            return None, [Fault(str(error))]
        self.on_audio()
        check = check or _checks.setdefault(self.engine, ClipCheck())
        return audio, check.faults(audio, words_only(text), self.voice)

    def named(self, fault: str) -> str:
        """The fault, and whose it is."""
        return f"{self.engine.name} voice {self.voice.id!r}: {fault}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."

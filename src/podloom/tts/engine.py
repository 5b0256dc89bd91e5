"""The protocol of speech engines and the table of those there are."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, cast, runtime_checkable

from podloom.domain import Delivery, Language, Voice
from podloom.errors import VoiceError
from podloom.settings import Settings
from podloom.tts.batches import batches_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from podloom.tts.readiness import Telling

PLAIN = Delivery()
"""Nothing said about how a line is said."""
UNCLEAR = 0.15
"""A voice with a higher error rate is not cast unless it is asked for, or no other is left."""
Samples: TypeAlias = "NDArray[np.float32]"
"""Mono audio, shape (frames,), nominally within -1 to 1."""


@dataclass(frozen=True)
class Audio:
    """What an engine returns: samples at its own rate, not normalised in level."""

    samples: Samples
    sample_rate: int

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate


@runtime_checkable
class SpeechEngine(Protocol):
    """Turns the words of one segment into audio.

    Engines are built once a process, are safe to call from many tasks, split long text themselves and never
    change the level per clip. The text they get is already normalised for speech.
    """

    name: str
    """Its key in ENGINES."""
    version: str
    """Model and weights; part of the cache key."""
    remote: bool
    """True when a call costs network and money rather than cores."""
    seeded: bool
    """Whether a second attempt with another seed can come out differently."""
    concurrency: int
    """Clips at once that it is good for."""

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """The voices it has, best first; the first two of a language contrast clearly."""
        ...

    async def load(self) -> None:
        """Load the model or connect; called early, may be called again at no cost.

        Raises:
            MissingDependencyError: Its extra is not installed.
            ProviderError: The server does not answer.
        """
        ...

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """The audio of one segment.

        Raises:
            SpeechError: The text cannot be spoken, or the model gave nothing.
            ProviderError: The server failed after its retries.
        """
        ...

    async def close(self) -> None:
        """Give back threads and connections."""
        ...


@runtime_checkable
class ServedEngine(Protocol):
    """What an engine offers beside SpeechEngine when it speaks elsewhere: the bound is its servers'."""

    servers: tuple[str, ...]
    """Addresses in an order of their own: engines with the same ones share the bound."""


@runtime_checkable
class PhoneticEngine(Protocol):
    """What an engine offers beside SpeechEngine when its text may hold sounds, as in text/lexicon.py."""

    def soundless(self, ipa: str) -> str:
        """Symbols it has no sound for."""
        ...

    def guessed(self, text: str, language: Language) -> Sequence[str]:
        """Words of a text for speech that it pronounces by their letters, because no lexicon has them."""
        ...


@runtime_checkable
class BlendingEngine(Protocol):
    """What an engine offers beside SpeechEngine when voices can be mixed to a recipe."""

    def blend(self, voice_id: str, language: Language) -> Voice:
        """The voice a recipe describes, e.g. "jm_kumo:0.7,jf_nezumi:0.3".

        Raises:
            VoiceError: It is no recipe, or one of its voices does not exist.
        """
        ...


@runtime_checkable
class DirectableEngine(Protocol):
    """What an engine offers beside SpeechEngine when it can heed how a line is to be said."""

    def direction(self, delivery: Delivery) -> str:
        """What it makes of the hints, part of the cache key; "" when they change nothing."""
        ...

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:
        """As `synthesize`, said as the hints ask."""
        ...


@runtime_checkable
class StreamingEngine(Protocol):
    """What an engine offers beside SpeechEngine when the beginning of a line can be heard before its end."""

    def stream(
        self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0
    ) -> AsyncGenerator[Audio, None]:
        """As `perform`, in parts of one sample rate, in order; what joins them is in their samples.

        Closing it ends the work. Errors are those of `synthesize`, also after the first part.
        """
        ...


@runtime_checkable
class BatchingEngine(Protocol):
    """What an engine offers beside SpeechEngine when it can speak several lines of one voice in one go."""

    batch_size: int
    """Lines at once that it gains from; 1 where it gains nothing, as without a GPU.

    `concurrency` has to be more: lines gather while others are spoken.
    """

    async def speak_batch(
        self, texts: Sequence[str], voice: Voice, delivery: Delivery, *, seeds: Sequence[int]
    ) -> Sequence[Audio]:
        """The audio of each text, as if it had been spoken alone with its seed.

        Raises:
            SpeechError: One of them cannot be spoken; each is then asked for alone.
            ProviderError: The server failed.
        """
        ...


@runtime_checkable
class TimbreEngine(Protocol):
    """What an engine offers beside SpeechEngine when the timbre of its voices was measured."""

    def timbre(self, voice: Voice) -> Sequence[float] | None:
        """Mean mel-cepstral coefficients as in tts/likeness.py; None for a voice that was not measured."""
        ...


class Row(NamedTuple):
    """An engine of the table."""

    engine: str
    """Its "module:class"."""
    told_in: str
    """The module that tells what it lacks, see tts/readiness.py; its own, if importing that costs nothing."""
    rank: int = 0
    """The order in which "auto" asks whether they are ready; 0 for engines that are only taken by name."""


ENGINES: dict[str, Row] = {
    "kokoro": Row("podloom.tts.kokoro:KokoroEngine", "podloom.tts.kokoro_voices", rank=3),
    "openai": Row("podloom.tts.openai:OpenAISpeechEngine", "podloom.tts.openai_voices", rank=2),
    "coqui": Row("podloom.tts.coqui:CoquiEngine", "podloom.tts.coqui_models", rank=1),
    "piper": Row("podloom.tts.piper:PiperEngine", "podloom.tts.piper_files"),
    "tone": Row("podloom.tts.tone:ToneEngine", "podloom.tts.tone"),
}
"""A new engine is a file, a row here, and what it takes in the shared contract test."""


def told_of(name: str) -> Telling:
    """The module that tells of the engine called `name`."""
    module: Any = import_module(ENGINES[name].told_in)
    return cast("Telling", module)


def direction(engine: SpeechEngine, delivery: Delivery) -> str:
    """What the engine makes of the hints, "" for those that take none."""
    return engine.direction(delivery) if isinstance(engine, DirectableEngine) else ""


async def speak(engine: SpeechEngine, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:
    """The audio of one segment; hints are left out where the engine takes none."""
    if isinstance(engine, BatchingEngine) and engine.batch_size > 1:
        return await batches_for(engine).speak(engine, text, voice, delivery, seed)
    if isinstance(engine, DirectableEngine):
        return await engine.perform(text, voice, delivery, seed=seed)
    return await engine.synthesize(text, voice, seed=seed)


async def speak_in_parts(
    engine: SpeechEngine, text: str, voice: Voice, delivery: Delivery = PLAIN, *, seed: int = 0
) -> AsyncGenerator[Audio, None]:
    """The audio of one segment in parts as they are made; in one where the engine cannot stream."""
    if not isinstance(engine, StreamingEngine):
        yield await speak(engine, text, voice, delivery, seed=seed)
        return
    async with aclosing(engine.stream(text, voice, delivery, seed=seed)) as parts:
        async for part in parts:
            yield part


def build_engine(name: str, settings: Settings) -> SpeechEngine:
    """The engine called `name`; nothing is loaded yet.

    Raises:
        VoiceError: There is no such engine.
        MissingDependencyError: Its extra is not installed.
    """
    if name not in ENGINES:
        raise VoiceError(f"there is no speech engine {name!r}; choose one of {', '.join(ENGINES)} or auto")
    module, _, attribute = ENGINES[name].engine.partition(":")
    engine: Any = getattr(import_module(module), attribute)(settings)
    if not isinstance(engine, SpeechEngine):
        raise TypeError(f"{ENGINES[name].engine} does not follow SpeechEngine")
    return engine

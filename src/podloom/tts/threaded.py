"""Base of engines that compute on this machine: a pool of threads, one line a thread, sound by sound.

An engine says how one line becomes sounds (`_sounds`); the base joins or streams them, and sees to it that
nothing goes on for a line that nobody waits for any more.
"""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

import numpy as np

from podloom.domain import Delivery, Voice
from podloom.errors import SpeechError
from podloom.settings import SpeechSettings
from podloom.tts.engine import PLAIN, Audio, Samples
from podloom.tts.pieces import join
from podloom.tts.tempo import tempo_direction

T = TypeVar("T")

MOST_THREADS = 4
"""By default: beyond, lines are made faster than a writer writes them."""


def cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def clips_at_once(speech: SpeechSettings) -> int:
    """As set, or one a core."""
    return speech.local_concurrency or min(cores(), MOST_THREADS)


@dataclass(frozen=True)
class Sound:
    """What a model makes in one go: a sentence, a clause, or a part of either."""

    samples: Samples
    sample_rate: int
    pause_s: float
    """After it, if another one follows."""
    outside: str = ""
    """Characters of its text that the model has no symbol for and left out."""
    number: int = 0
    """Of the order it belongs to: 0, or 1 and up for one of its mates."""


@dataclass(frozen=True)
class Order:
    """What is to be spoken, and how."""

    text: str
    voice: Voice
    delivery: Delivery = PLAIN
    seed: int = 0
    live: bool = False
    """Somebody listens already: sounds may be shorter than a sentence where that brings the first sooner."""
    mates: tuple[Order, ...] = ()
    """Orders to be spoken in one go with this one; only for readers that can."""


class Line:
    """An order while it is spoken."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.stopped = False
        """Whether nobody waits for it any more."""
        self._lock = Lock()
        self._end: Callable[[], None] | None = None

    def stop(self) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self.stopped = True
            if self._end is not None:
                self._end()

    @contextmanager
    def ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        """Within, stopping the line calls `end`, which ends at once what computes for it."""
        with self._lock:
            self._end = end
            if self.stopped:
                end()
        try:
            yield
        finally:
            with self._lock:
                self._end = None


class ThreadedEngine(ABC):
    """SpeechEngine, DirectableEngine and StreamingEngine but for the model itself."""

    name: str
    remote = False

    def __init__(self, concurrency: int, threads: int = 0) -> None:
        """`threads` where there are to be fewer of them than `concurrency`."""
        self.concurrency = concurrency
        self._thread_count = threads or concurrency
        self._pool_lock = Lock()  # not the model's: loading takes seconds, and the event loop needs the pool
        self._pool: ThreadPoolExecutor | None = None

    @abstractmethod
    def _load(self) -> object:
        """Load what is not loaded yet; called in a thread, by several at once."""

    @abstractmethod
    def _unload(self) -> None:
        """Give back the model's memory."""

    @abstractmethod
    def _sounds(self, line: Line) -> Iterator[Sound]:
        """The line, one sound after the other; not asked for more once it is stopped."""

    async def load(self) -> None:
        """Load the model in a thread; what can go wrong is said by the engine's own file."""
        await asyncio.get_running_loop().run_in_executor(self._threads(), self._load)

    def direction(self, delivery: Delivery) -> str:
        """Emphasis and mood become a few percent of speed: the models know nothing else."""
        return tempo_direction(delivery)

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """The audio of one segment; see `perform`."""
        return await self.perform(text, voice, PLAIN, seed=seed)

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:
        """The audio of one segment.

        Raises:
            SpeechError: There is nothing to speak, or the model cannot speak it.
            VoiceError: There is no such voice.
        """
        return await self._in_thread(self._speak, Line(Order(text, voice, delivery, seed)))

    async def stream(
        self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0
    ) -> AsyncGenerator[Audio, None]:
        """The audio of one segment in parts, each as soon as it is made; see `perform`."""
        line = Line(Order(text, voice, delivery, seed, live=True))
        loop = asyncio.get_running_loop()
        parts: asyncio.Queue[Audio | None] = asyncio.Queue()

        def work() -> None:
            for part in _in_parts(self._spoken(line)):
                loop.call_soon_threadsafe(parts.put_nowait, part)

        def end(done: asyncio.Future[None]) -> None:
            parts.put_nowait(None)
            if not done.cancelled():
                done.exception()  # seen, also when nobody reads on

        done = loop.run_in_executor(self._threads(), work)
        done.add_done_callback(end)
        try:
            while (part := await parts.get()) is not None:
                yield part
            await done
        finally:
            line.stop()

    async def close(self) -> None:
        """Give back the threads and the model's memory."""
        with self._pool_lock:
            pool, self._pool = self._pool, None
        self._unload()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, speak: Callable[[Line], T], line: Line) -> T:
        """What `speak` makes of the line, which is stopped when nobody waits for it any more."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads(), speak, line)
        except asyncio.CancelledError:
            line.stop()
            raise

    def _threads(self) -> ThreadPoolExecutor:
        with self._pool_lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._thread_count, thread_name_prefix=self.name)
            return self._pool

    def _speak(self, line: Line) -> Audio:
        return joined(list(self._spoken(line)))

    def _spoken(self, line: Line) -> Iterator[Sound]:
        """The sounds of a line until it is stopped; at least one."""
        silent = True
        sounds = self._sounds(line)
        while not line.stopped and (sound := next(sounds, None)) is not None:
            silent = False
            yield sound
        if silent:
            raise SpeechError(f"there is nothing to speak in {line.order.text!r}")


def joined(sounds: Sequence[Sound]) -> Audio:
    """A line from its sounds, of which there is at least one."""
    rate = sounds[0].sample_rate
    return Audio(join([sound.samples for sound in sounds], [s.pause_s for s in sounds], rate), rate)


def _in_parts(sounds: Iterator[Sound]) -> Iterator[Audio]:
    """Parts that make up the same samples as the joined line: a pause comes before what follows it."""
    pause_s = 0.0
    for sound in sounds:
        silence = np.zeros(round(pause_s * sound.sample_rate), dtype=np.float32)
        part = np.concatenate([silence, sound.samples])
        pause_s = sound.pause_s
        if part.size:
            yield Audio(part, sound.sample_rate)

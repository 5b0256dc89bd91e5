"""Lines that wait for an engine which speaks several at once faster than one after the other.

Nothing is waited for: a line that comes alone is spoken alone, and while it is, others gather. Who comes
first is the speech queue's business; a batch takes lines in the order in which the queue let them through.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from podloom.domain import Delivery, Voice
from podloom.errors import PodloomError, SpeechError

if TYPE_CHECKING:
    from podloom.tts.engine import Audio, BatchingEngine


@dataclass(frozen=True)
class _Waiting:
    """A line, and who waits for it."""

    text: str
    voice: Voice
    delivery: Delivery
    seed: int
    audio: asyncio.Future[Audio]

    def goes_with(self, other: _Waiting) -> bool:
        """Whether one call can speak both."""
        return (self.voice, self.delivery) == (other.voice, other.delivery)


class Batches:
    """Speaks lines for one engine, a batch at a time. Belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._batch: Sequence[_Waiting] = ()
        self._work: asyncio.Task[None] | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def speak(
        self, engine: BatchingEngine, text: str, voice: Voice, delivery: Delivery, seed: int
    ) -> Audio:
        """The audio of one line.

        Raises:
            SpeechError: It cannot be spoken; the other lines of its batch can.
        """
        audio: asyncio.Future[Audio] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(text, voice, delivery, seed, audio))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._speak_all(engine))
        try:
            return await audio
        except asyncio.CancelledError:
            if self._speaking and all(line.audio.cancelled() for line in self._batch):
                self._speaking.cancel()  # nobody waits for any of it
            raise

    async def _speak_all(self, engine: BatchingEngine) -> None:
        while batch := self._next(engine.batch_size):
            self._batch = batch
            self._speaking = asyncio.create_task(_speak(engine, batch))
            await asyncio.gather(self._speaking, return_exceptions=True)

    def _next(self, most: int) -> list[_Waiting]:
        """The line that has waited longest, and those that go with it."""
        waiting = [line for line in self._waiting if not line.audio.cancelled()]
        batch = [line for line in waiting if line.goes_with(waiting[0])][:most]
        self._waiting = deque(line for line in waiting if line not in batch)
        return batch


async def _speak(engine: BatchingEngine, batch: Sequence[_Waiting]) -> None:
    """Give every line its audio or its error."""
    first = batch[0]
    try:
        made = await engine.speak_batch(
            [line.text for line in batch], first.voice, first.delivery, seeds=[line.seed for line in batch]
        )
    except PodloomError as error:
        if len(batch) == 1:
            _settle(first, error)
            return
        for line in batch:  # one of them cannot be spoken: find out which
            await _speak(engine, [line])
    except Exception as error:  # noqa: BLE001 - raised where the lines are waited for
        for line in batch:
            _settle(line, error)
    else:
        for line, outcome in zip(batch, _one_each(batch, made), strict=True):
            _settle(line, outcome)


def _one_each(batch: Sequence[_Waiting], made: Sequence[Audio]) -> Sequence[Audio | SpeechError]:
    """What was made; an error a line where it cannot be told which clip is whose."""
    if len(made) == len(batch):
        return made
    message = (
        f"{batch[0].voice.engine} returned {len(made)} clips for {len(batch)} lines; report it to whoever "
        "wrote this engine, or choose another one"
    )
    return [SpeechError(message) for _ in batch]


def _settle(line: _Waiting, outcome: Audio | Exception) -> None:
    if line.audio.done():  # given up
        return
    if isinstance(outcome, Exception):
        line.audio.set_exception(outcome)
    else:
        line.audio.set_result(outcome)


_Engines = WeakKeyDictionary["BatchingEngine", Batches]
_batches: WeakKeyDictionary[asyncio.AbstractEventLoop, _Engines] = WeakKeyDictionary()
_lock = threading.Lock()


def batches_for(engine: BatchingEngine) -> Batches:
    """What gathers lines for this engine in the running loop."""
    with _lock:
        engines = _batches.setdefault(asyncio.get_running_loop(), WeakKeyDictionary())
        return engines.setdefault(engine, Batches())

"""What engines on threads share: joining, streaming, and an end to work that nobody waits for."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from threading import Event

import numpy as np
import pytest

from podloom.domain import Delivery, Voice
from podloom.errors import SpeechError
from podloom.settings import Settings
from podloom.tts.engine import (
    PLAIN,
    DirectableEngine,
    SpeechEngine,
    StreamingEngine,
    speak_in_parts,
)
from podloom.tts.threaded import Line, Sound, ThreadedEngine
from podloom.tts.tone import ToneEngine

RATE = 1000
VOICE = Voice(engine="words", id="v", language="en")


class WordEngine(ThreadedEngine):
    """A sound a word: as many samples as it has letters; "wait" waits until it is let go."""

    name = "words"
    version = "1"
    seeded = False

    def __init__(self) -> None:
        super().__init__(concurrency=1)
        self.go_on = Event()
        self.waiting = Event()
        self.made: list[str] = []
        self.unloaded = 0

    def voices(self, language=None):
        return [VOICE]

    def _load(self) -> None:
        pass

    def _unload(self) -> None:
        self.unloaded += 1

    def _sounds(self, line: Line) -> Iterator[Sound]:
        for word in line.order.text.split():
            if word == "wait":
                with line.ended_by(self.go_on.set):
                    self.waiting.set()
                    self.go_on.wait(5)
            if word == "fault":
                raise SpeechError("a fault")
            self.made.append(word)
            yield Sound(np.ones(len(word), np.float32), RATE, pause_s=0.002)


@pytest.fixture
async def engine():
    engine = WordEngine()
    yield engine
    await engine.close()


def test_it_follows_the_protocols():
    engine = WordEngine()
    assert isinstance(engine, SpeechEngine)
    assert isinstance(engine, DirectableEngine)
    assert isinstance(engine, StreamingEngine)


async def test_pauses_lie_between_sounds(engine):
    audio = await engine.synthesize("ab c", VOICE)
    assert audio.samples.tolist() == [1, 1, 0, 0, 1]
    assert audio.sample_rate == RATE


async def test_parts_make_up_the_line(engine):
    parts = [part.samples.tolist() async for part in engine.stream("ab c", VOICE, PLAIN)]
    assert parts == [[1, 1], [0, 0, 1]]


async def test_a_part_comes_before_the_next_is_made(engine):
    async with aclosing(engine.stream("a wait b", VOICE, PLAIN)) as parts:
        assert (await anext(parts)).samples.tolist() == [1]
        await asyncio.to_thread(engine.waiting.wait, 5)
        assert engine.made == ["a"]
        engine.go_on.set()
        assert len([part async for part in parts]) == 2


async def test_a_stream_that_is_closed_ends_the_work(engine):
    async with aclosing(engine.stream("a wait b", VOICE, PLAIN)) as parts:
        await anext(parts)
        await asyncio.to_thread(engine.waiting.wait, 5)
    await engine.synthesize("after", VOICE)
    assert engine.made == ["a", "wait", "after"]


async def test_a_cancelled_line_ends_after_the_sound_it_is_in(engine):
    task = asyncio.create_task(engine.synthesize("a wait b", VOICE))
    await asyncio.to_thread(engine.waiting.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await engine.synthesize("after", VOICE)
    assert engine.made == ["a", "wait", "after"]


async def test_an_error_comes_after_the_parts_before_it(engine):
    parts = engine.stream("a fault", VOICE, PLAIN)
    assert (await anext(parts)).samples.tolist() == [1]
    with pytest.raises(SpeechError, match="a fault"):
        await anext(parts)


async def test_nothing_to_speak_is_an_error_in_a_stream_as_well(engine):
    with pytest.raises(SpeechError, match="nothing to speak"):
        await anext(engine.stream("  ", VOICE, PLAIN))


async def test_closing_gives_back_the_model_and_it_speaks_again(engine):
    await engine.synthesize("a", VOICE)
    await engine.close()
    assert engine.unloaded == 1
    assert len((await engine.synthesize("a", VOICE)).samples) == 1


async def test_an_engine_that_cannot_stream_gives_one_part():
    engine = ToneEngine(Settings())
    voice = engine.voices("en")[0]
    parts = [part async for part in speak_in_parts(engine, "One. Two.", voice, Delivery())]
    whole = await engine.synthesize("One. Two.", voice)
    assert [part.samples.tobytes() for part in parts] == [whole.samples.tobytes()]

"""Lines that are spoken together: which ones, what each gets, and what one bad line costs the others."""

import asyncio

import pytest

from podloom.domain import Delivery
from podloom.errors import SpeechError
from podloom.settings import Settings
from podloom.tts.check import checked_clip
from podloom.tts.engine import PLAIN, BatchingEngine, speak
from podloom.tts.queue import SpeechQueue
from podloom.tts.tone import ToneEngine


class Gated(ToneEngine):
    """Speaks up to three lines at once, when it is let; writes down what it was asked for."""

    batch_size = 3

    def __init__(self):
        super().__init__(Settings())
        self.batches = []
        self.open = asyncio.Event()
        self.given_up = 0

    async def speak_batch(self, texts, voice, delivery, *, seeds):
        self.batches.append(list(texts))
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return await super().speak_batch(texts, voice, delivery, seeds=seeds)


@pytest.fixture
def engine():
    return Gated()


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


def begin(engine, *texts, voice=0, delivery=PLAIN):
    chosen = engine.voices("en")[voice]
    return [
        asyncio.create_task(speak(engine, text, chosen, delivery, seed=n)) for n, text in enumerate(texts)
    ]


def test_the_tone_engine_follows_the_protocol():
    assert isinstance(ToneEngine(Settings()), BatchingEngine)


async def test_lines_gather_while_others_are_spoken(engine):
    first = begin(engine, "one")
    await settle()
    others = begin(engine, "two", "three", "four", "five")
    await settle()
    assert engine.batches == [["one"]]  # alone, without waiting
    engine.open.set()
    await asyncio.gather(*first, *others)
    assert engine.batches == [["one"], ["two", "three", "four"], ["five"]]


async def test_every_line_sounds_as_if_it_were_spoken_alone(engine):
    engine.open.set()
    texts = ["one", "two words", "three words here"]
    together = await asyncio.gather(*begin(engine, *texts))
    assert engine.batches == [texts]
    plain = ToneEngine(Settings())
    alone = await asyncio.gather(*begin(plain, *texts))
    assert [audio.samples.tobytes() for audio in together] == [audio.samples.tobytes() for audio in alone]


async def test_other_voices_and_other_hints_are_other_batches(engine):
    lines = [
        *begin(engine, "low one"),
        *begin(engine, "high one", voice=1),
        *begin(engine, "low two"),
        *begin(engine, "low and strong", delivery=Delivery(emphasis="strong")),
        *begin(engine, "high two", voice=1),
    ]
    engine.open.set()
    await asyncio.gather(*lines)
    assert engine.batches == [["low one", "low two"], ["high one", "high two"], ["low and strong"]]


async def test_a_line_that_cannot_be_spoken_costs_the_others_nothing(engine):
    engine.open.set()
    results = await asyncio.gather(*begin(engine, "one", " ", "three"), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["Audio", "SpeechError", "Audio"]
    assert engine.batches == [["one", " ", "three"], ["one"], [" "], ["three"]]


async def test_an_error_of_our_own_reaches_everybody_who_waits(engine):
    async def broken(*_, **__):
        raise ZeroDivisionError

    engine.speak_batch = broken
    results = await asyncio.gather(*begin(engine, "one", "two"), return_exceptions=True)
    assert [type(result) for result in results] == [ZeroDivisionError] * 2


@pytest.mark.parametrize("made", [1, 3])
async def test_an_engine_that_returns_too_few_or_too_many_fails_everybody_who_waits(engine, made):
    async def miscounted(texts, voice, delivery, *, seeds):
        return [await ToneEngine.synthesize(engine, texts[0], voice)] * made

    engine.speak_batch = miscounted
    results = await asyncio.gather(*begin(engine, "one", "two"), return_exceptions=True)
    assert [type(result) for result in results] == [SpeechError] * 2
    assert f"tone returned {made} clips for 2 lines" in str(results[0])


async def test_lines_that_nobody_waits_for_are_not_spoken(engine):
    one, two, three = begin(engine, "one") + begin(engine, "two", "three", voice=1)
    await settle()
    two.cancel()
    one.cancel()
    await settle()
    assert (engine.batches, engine.given_up) == ([["one"], ["three"]], 1)
    engine.open.set()
    assert (await three).duration_s > 0


async def test_a_batch_goes_on_while_somebody_waits_for_a_part_of_it(engine):
    one, two = begin(engine, "one", "two")
    await settle()
    one.cancel()
    await settle()
    engine.open.set()
    assert (await two).duration_s > 0
    assert engine.given_up == 0


async def test_the_queue_bounds_them_and_faulty_ones_are_made_again(engine):
    queue = SpeechQueue(3)
    engine.open.set()
    voice = engine.voices("en")[0]
    texts = ["One is here now.", "Two is here now.", "Three is here now.", "Four is here now."]
    made = await asyncio.gather(
        *(
            queue.submit(lambda text=text: checked_clip(engine, text, voice), position=place)
            for place, text in enumerate(texts)
        )
    )
    assert all(not clip.faults for clip in made)
    assert engine.batches[0] == texts[:3]
    with pytest.raises(SpeechError):
        await queue.submit(lambda: checked_clip(engine, " ", voice))

"""Who gets a slot of the fleet next, on a real Valkey: the speech queue's order, whatever the process."""

import asyncio
import math

import pytest

from fixtures.fleet import fleet
from podloom.cache.redis import RedisBackend
from podloom.tts.lanes import AGING_S, HORIZON_S

STEP_S = 5.0
"""Between two things that happen, on the clock of the queues: far more than a busy machine is late by."""


class Clock:
    """Of the processes' queues; the test moves it."""

    now_s = 0.0

    def __call__(self):
        return self.now_s


class Stage:
    """Lines of a fleet that are spoken until the test ends them."""

    def __init__(self, opened):
        self.opened = opened
        self.clock = Clock()
        self._tasks, self._ends, self._begun = {}, {}, asyncio.Queue()

    def episode(self, name, priority="normal", deadline_s=math.inf, process=None):
        process = process or self.process()
        return self.opened.episode(process, name, priority, self.clock.now_s + deadline_s)

    def process(self):
        return self.opened.process(self.clock)

    def line(self, name, episode, position=0):
        async def speak():
            async with episode.line(position):
                self._begun.put_nowait(name)
                await self._ends[name].wait()

        self._ends[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(speak())

    async def asks(self, name, *given, **more):
        """An episode of one line; it is in line when this returns."""
        waiting = await self.opened.count("line")
        self.line(name, self.episode(name, *given, **more))
        await self.opened.waiting(waiting + 1)
        self.clock.now_s += STEP_S

    async def begins(self):
        """The name of the line that begins next."""
        async with asyncio.timeout(60):
            return await self._begun.get()

    async def end(self, name):
        self._ends[name].set()
        await self._tasks[name]

    async def close(self):
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def order(self, running):
        """End one line after the other, beginning with `running`; the others, in the order they begin."""
        names = [running]
        while len(names) < len(self._tasks):
            await self.end(names[-1])
            names.append(await self.begins())
        await self.end(names[-1])
        return names[1:]


@pytest.fixture
def limit():
    return 1


@pytest.fixture
async def stage(redis_url, limit):
    backend = RedisBackend(redis_url, timeout_s=20.0)
    async with fleet(backend, limit) as opened:
        stage = Stage(opened)
        yield stage
        await stage.close()
    await backend.close()


async def test_the_most_urgent_is_next_then_the_first_that_asked(stage):
    stage.line("running", stage.episode("running"))
    assert await stage.begins() == "running"
    await stage.asks("late", "backfill")
    await stage.asks("first")
    await stage.asks("second")
    await stage.asks("urgent", "breaking")
    assert await stage.order("running") == ["urgent", "first", "second", "late"]


async def test_in_a_class_the_nearest_deadline_is_next(stage):
    stage.line("running", stage.episode("running"))
    assert await stage.begins() == "running"
    await stage.asks("some day", "backfill", deadline_s=60)
    await stage.asks("whenever")
    await stage.asks("no hurry", deadline_s=HORIZON_S + 600)
    await stage.asks("later", deadline_s=600)
    await stage.asks("sooner", deadline_s=300)
    assert await stage.order("running") == ["sooner", "later", "whenever", "no hurry", "some day"]


@pytest.mark.parametrize(
    ("priority", "waited_s", "first"),
    [
        ("normal", AGING_S - 1, "news"),
        ("normal", AGING_S, "old"),  # same level now, and it was served longest ago
        ("backfill", 2 * AGING_S - 1, "news"),
        ("backfill", 2 * AGING_S, "old"),
    ],
)
async def test_who_starves_moves_up_as_in_the_queue(stage, priority, waited_s, first):
    stage.line("running", stage.episode("running", "breaking"))
    assert await stage.begins() == "running"
    old = stage.episode("old", priority)
    stage.line("old", old)
    await stage.opened.waiting(1)
    stage.clock.now_s = waited_s
    await old.asked_again()
    stage.line("news", stage.episode("news", "breaking"))
    await stage.opened.waiting(2)
    assert (await stage.order("running"))[0] == first


async def test_a_backfill_is_spoken_however_much_news_there_is(stage):
    news = [stage.episode(name, "breaking") for name in ("one", "other")]
    old = stage.episode("old", "backfill")
    for number in range(20):
        stage.line(f"news {number}", news[number % 2], number)
    spoken = [await stage.begins()]
    stage.line("old", old)
    await stage.opened.waiting(3)
    while spoken[-1] != "old":
        stage.clock.now_s += STEP_S
        for episode in (*news, old):
            await episode.asked_again()
        await stage.end(spoken[-1])
        spoken.append(await stage.begins())
    assert len(spoken) == 1 + 2 * AGING_S / STEP_S


@pytest.mark.parametrize("limit", [2])
async def test_news_does_not_wait_for_a_backfill_of_its_own_process(stage):
    here, there = stage.process(), stage.process()
    for name in ("a", "b"):
        stage.line(name, stage.episode(name, process=there))
    assert {await stage.begins(), await stage.begins()} == {"a", "b"}
    old = stage.episode("old", "backfill", process=here)
    for position in range(3):  # more than there are slots
        stage.line(f"old {position}", old, position)
    await stage.opened.waiting(2)
    await stage.asks("day", process=there)
    await stage.asks("news", "breaking", process=here)
    for name, after in [("news", "a"), ("day", "b"), ("old 0", "news"), ("old 1", "day")]:
        await stage.end(after)
        assert await stage.begins() == name


async def test_episodes_take_turns_whatever_their_processes(stage):
    """Not processes: one with two episodes gets two turns of three."""
    here, there = stage.process(), stage.process()
    stage.line("running", stage.episode("running"))
    assert await stage.begins() == "running"
    episodes = {"a": (here, 4), "b": (here, 2), "c": (there, 3)}
    asking = []
    for count, (name, (process, lines)) in enumerate(episodes.items(), 1):
        asking.append(stage.episode(name, process=process))
        for position in range(lines):
            stage.line(f"{name}{position}", asking[-1], position)
        await stage.opened.waiting(count)
        stage.clock.now_s += STEP_S
    spoken = ["running"]
    for _ in range(9):
        await stage.end(spoken[-1])
        spoken.append(await stage.begins())
        stage.clock.now_s += STEP_S
        waiting = {name for name, (_, lines) in episodes.items() if f"{name}{lines - 1}" not in spoken}
        for name, episode in zip(episodes, asking, strict=True):
            if name in waiting:
                await episode.asked_again()
    assert spoken[1:] == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "c2", "a3"]

"""The order of the speech queue, without a clock that runs by itself."""

import asyncio
from contextvars import ContextVar

import pytest

from podloom.tts.lanes import AGING_S
from podloom.tts.queue import QueueStats, SpeechQueue


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Stage:
    """Submits named jobs that run until they are told to finish, and writes down who started."""

    def __init__(self, concurrency: int = 1) -> None:
        self.clock = Clock()
        self.queue = SpeechQueue(concurrency, clock=self.clock)
        self.started: list[str] = []
        self.most = 0
        self._open: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[str]] = {}

    async def submit(self, name: str, priority="normal", position=0.0, episode="") -> None:
        self._open[name] = asyncio.Event()

        async def job() -> str:
            self.started.append(name)
            self.most = max(self.most, self.queue.stats.running)
            await self._open[name].wait()
            return name

        self.tasks[name] = asyncio.create_task(
            self.queue.submit(job, priority=priority, position=position, episode=episode)
        )
        await settle()

    async def finish(self, name: str) -> None:
        self._open[name].set()
        assert await self.tasks[name] == name
        await settle()

    async def finish_all(self) -> list[str]:
        """Finish whatever runs, oldest first, until nothing waits; the order in which jobs started."""
        finished = 0
        while finished < len(self.tasks):
            await self.finish(self.started[finished])
            finished += 1
        return self.started


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("jobs", "order"),
    [
        pytest.param(
            [("late", "normal", 9, "a"), ("early", "normal", 1, "a")],
            ["early", "late"],
            id="playback position",
        ),
        pytest.param(
            [("old", "backfill", 0, "a"), ("day", "normal", 0, "b"), ("news", "breaking", 9, "c")],
            ["news", "day", "old"],
            id="class before position",
        ),
        pytest.param(
            [
                ("a1", "normal", 1, "a"),
                ("a2", "normal", 2, "a"),
                ("b7", "normal", 7, "b"),
                ("b8", "normal", 8, "b"),
            ],
            ["a1", "b7", "a2", "b8"],
            id="episodes take turns",
        ),
        pytest.param(
            [("x", "normal", 1, "a"), ("y", "normal", 1, "a")],
            ["x", "y"],
            id="first come where all else is equal",
        ),
    ],
)
async def test_order(jobs, order):
    stage = Stage()
    await stage.submit("running", "breaking", 0, "first")
    for job in jobs:
        await stage.submit(*job)
    assert await stage.finish_all() == ["running", *order]


@pytest.mark.parametrize(
    ("priority", "waited_s", "first"),
    [
        ("normal", AGING_S - 1, "news"),
        ("normal", AGING_S, "old"),  # same level now, and it was served longest ago
        ("backfill", 2 * AGING_S - 1, "news"),
        ("backfill", 2 * AGING_S, "old"),
    ],
)
async def test_starving_lane_moves_up(priority, waited_s, first):
    stage = Stage()
    await stage.submit("running", "breaking", 0, "news")
    await stage.submit("old", priority, 0, "old")
    stage.clock.now_s = waited_s
    await stage.submit("news", "breaking", 1, "news")
    await stage.finish("running")
    assert stage.started[1] == first
    await stage.finish_all()


async def test_long_wait_of_the_last_line_does_not_turn_a_served_backfill_urgent():
    stage = Stage()
    for line in range(3):
        await stage.submit(f"old{line}", "backfill", line, "old")
    stage.clock.now_s = 100 * AGING_S
    await stage.finish("old0")  # old1 starts: the lane was served just now
    await stage.submit("news", "breaking", 0, "news")
    await stage.finish("old1")
    assert stage.started == ["old0", "old1", "news"]
    await stage.finish_all()


async def test_never_more_than_concurrency():
    stage = Stage(concurrency=2)
    for line in range(6):
        await stage.submit(f"line{line}", position=line)
    assert stage.queue.stats == QueueStats(waiting=4, running=2, done=0)
    await stage.finish_all()
    assert stage.most == 2
    assert stage.queue.stats == QueueStats(waiting=0, running=0, done=6)


class Kept:
    """Lines that are spoken at once, and kept until they are told that they are."""

    def __init__(self, queue: SpeechQueue) -> None:
        self.queue = queue
        self.spoken: list[int] = []
        self.done: dict[int, asyncio.Event] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def submit(self, number: int) -> None:
        self.done[number] = asyncio.Event()

        async def line() -> None:
            async with self.queue.turn(position=number) as spoken:
                self.spoken.append(number)
                spoken()
                spoken()  # twice is once
                await self.done[number].wait()

        self.tasks.append(asyncio.create_task(line()))
        await settle()


async def test_the_next_line_is_spoken_while_one_is_kept():
    kept = Kept(SpeechQueue(2))
    for number in range(6):
        await kept.submit(number)
    assert kept.spoken == [0, 1, 2, 3]  # as many as slots are kept, and as many again
    assert kept.queue.stats == QueueStats(waiting=2, running=0, done=0)
    kept.done[2].set()
    await settle()
    assert kept.spoken == [0, 1, 2, 3, 4]
    kept.tasks[0].cancel()
    await settle()
    assert kept.spoken == [0, 1, 2, 3, 4, 5]
    for done in kept.done.values():
        done.set()
    await asyncio.gather(*kept.tasks, return_exceptions=True)
    assert kept.queue.stats == QueueStats(waiting=0, running=0, done=6)


async def test_cancelled_while_waiting_is_never_started():
    stage = Stage()
    await stage.submit("running")
    await stage.submit("gone", position=1)
    await stage.submit("next", position=2)
    stage.tasks.pop("gone").cancel()
    await settle()
    assert stage.queue.stats.waiting == 1
    assert await stage.finish_all() == ["running", "next"]


async def test_cancelled_while_running_frees_the_slot():
    stage = Stage()
    await stage.submit("gone")
    await stage.submit("next")
    stage.tasks.pop("gone").cancel()
    await settle()
    assert stage.started == ["gone", "next"]


async def test_cancelled_in_the_moment_of_the_grant_passes_the_slot_on():
    stage = Stage()
    await stage.submit("running")
    await stage.submit("gone", position=1)
    await stage.submit("next", position=2)
    stage._open["running"].set()
    await asyncio.sleep(0)  # the job ends and the slot is granted to "gone", which has not woken up yet
    assert stage.queue.stats == QueueStats(waiting=1, running=1, done=1)
    assert "gone" not in stage.started
    gone = stage.tasks.pop("gone")
    gone.cancel()
    await settle()
    assert gone.cancelled()
    assert stage.queue.stats.running == 1
    await stage.finish("next")


async def test_cancelled_before_the_grant_reaches_it_leaves_no_trace():
    stage = Stage()
    await stage.submit("running")
    await stage.submit("gone", position=1)
    stage._open["running"].set()
    gone = stage.tasks.pop("gone")
    gone.cancel()  # its future is cancelled at once, its task wakes up after the slot became free
    await settle()
    assert gone.cancelled()
    assert stage.queue.stats == QueueStats(waiting=0, running=0, done=1)


async def test_error_reaches_the_submitter_only():
    queue = SpeechQueue(1)

    async def fail() -> None:
        raise ValueError("no voice")

    async def work() -> int:
        return 1

    results = await asyncio.gather(queue.submit(fail), queue.submit(work), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    assert results[1] == 1


async def test_context_is_the_submitters():
    who: ContextVar[str] = ContextVar("who")
    queue = SpeechQueue(1)

    async def read() -> str:
        return who.get()

    async def submit(name: str) -> str:
        who.set(name)
        return await queue.submit(read)

    assert await asyncio.gather(submit("a"), submit("b")) == ["a", "b"]


def test_concurrency_of_zero_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        SpeechQueue(0)

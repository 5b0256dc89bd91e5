"""Who shares a speech queue: engines of the same servers and bound, in all event loops of a process."""

# ruff: noqa: ASYNC110 - what is waited for is in another loop

import asyncio
import threading
from concurrent.futures import Future

import pytest

from podloom.settings import Settings, SpeechSettings
from podloom.tts.openai import OpenAISpeechEngine
from podloom.tts.queue import QueueStats, SpeechQueue, queue_for
from podloom.tts.tone import ToneEngine


def remote(urls, bound=6, **speech):
    settings = SpeechSettings(base_url=urls, remote_concurrency=bound, **speech)
    return queue_for(OpenAISpeechEngine(Settings(speech=settings)))


def local(bound, **speech):
    return queue_for(ToneEngine(Settings(speech=SpeechSettings(local_concurrency=bound, **speech))))


def test_another_server_or_another_bound_is_another_queue():
    queue = remote("http://a/v1,http://b/v1")
    assert queue.concurrency == 6
    assert remote("http://b/v1, http://a/v1", timeout_s=7) is queue
    assert remote("http://b/v1") is not queue
    assert remote("http://a/v1,http://b/v1", bound=2).concurrency == 2
    assert remote("http://a/v1,http://b/v1") is queue


def test_local_engines_of_one_name_share_the_cores():
    assert local(3) is local(3, timeout_s=7)
    assert (local(3).concurrency, local(2).concurrency) == (3, 2)


async def test_an_engine_has_one_queue_in_all_loops():
    engine = ToneEngine(Settings())
    assert await asyncio.to_thread(asyncio.run, found(engine)) is queue_for(engine)


async def found(engine):
    return queue_for(engine)


class Elsewhere:
    """Another event loop, in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def begin(self, work) -> Future:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def close(self) -> None:
        """At once: what is under way there is left as it is."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        for task in asyncio.all_tasks(self.loop):
            task._log_destroy_pending = False
        self.loop.close()


@pytest.fixture
def elsewhere():
    other = Elsewhere()
    yield other
    if not other.loop.is_closed():
        other.close()


async def until(queue, **counts):
    """Until the queue counts so many."""
    while any(getattr(queue.stats, name) != count for name, count in counts.items()):
        await asyncio.sleep(0.001)


async def name_of(name):
    return name


async def test_lines_of_all_loops_share_the_bound_and_the_order(elsewhere):
    queue, order = SpeechQueue(1), []

    async def line(name, priority):
        async with queue.turn(priority=priority, episode=name):
            order.append((name, queue.stats.running))

    async with queue.turn():
        theirs = [elsewhere.begin(line("old", "backfill")), elsewhere.begin(line("news", "breaking"))]
        await until(queue, waiting=2)
        mine = asyncio.create_task(line("day", "normal"))
        await until(queue, waiting=3)
        assert order == []
    await asyncio.gather(mine, *map(asyncio.wrap_future, theirs))
    assert order == [("news", 1), ("day", 1), ("old", 1)]
    assert queue.stats == QueueStats(waiting=0, running=0, done=4)


async def test_a_line_of_another_loop_that_is_cancelled_with_its_grant_passes_the_slot_on(elsewhere):
    queue, entered, release, started = SpeechQueue(1), asyncio.Event(), threading.Event(), []
    here = asyncio.get_running_loop()

    async def in_the_way():
        here.call_soon_threadsafe(entered.set)
        release.wait()

    async def begun():
        started.append("theirs")

    async with queue.turn():
        theirs = elsewhere.begin(queue.submit(begun))
        await until(queue, waiting=1)
        blocked = elsewhere.begin(in_the_way())
        await entered.wait()
        mine = asyncio.create_task(queue.submit(lambda: name_of("mine"), priority="backfill"))
        await until(queue, waiting=2)
    assert queue.stats == QueueStats(waiting=1, running=1, done=1)  # granted; that loop has not noticed
    theirs.cancel()
    release.set()
    assert await mine == "mine"
    await asyncio.wrap_future(blocked)
    assert started == []
    assert queue.stats == QueueStats(waiting=0, running=0, done=2)


async def test_a_loop_that_is_gone_keeps_nobody_waiting(elsewhere):
    queue = SpeechQueue(1)
    async with queue.turn():
        gone = elsewhere.begin(queue.submit(lambda: name_of("gone"), priority="breaking"))
        await until(queue, waiting=1)
        elsewhere.close()
        mine = asyncio.create_task(queue.submit(lambda: name_of("mine")))
        await until(queue, waiting=2)
    assert await mine == "mine"
    assert queue.stats.waiting == 0
    assert not gone.done()

"""Lines whose slots are shared with other processes: what is asked for, and who gets what is given."""

import asyncio
import math

import pytest

from podloom.tts.lanes import AGING_S, HORIZON_S
from podloom.tts.queue import QueueStats, SpeechQueue


class Gate:
    """Gives slots when the test says so."""

    def __init__(self) -> None:
        self.lines = None
        self.knocks = 0
        self.left = []

    def ask(self, lines):
        self.lines = lines

    def knock(self):
        self.knocks += 1

    def leave(self, slot):
        self.left.append(slot)


class Stage:
    """Lines of several episodes, each with its gate; who began, and an end to wait for."""

    def __init__(self, concurrency=1) -> None:
        self.now_s = 0.0
        self.queue = SpeechQueue(concurrency, clock=lambda: self.now_s)
        self.gates, self.begun, self.tasks = {}, [], {}
        self.done, self.kept = asyncio.Event(), asyncio.Event()

    async def line(self, name, position=0, priority="normal", deadline_s=math.inf, *, gated=True):
        gate = self.gates.setdefault(name, Gate()) if gated else None

        async def spoken():
            turn = self.queue.turn(
                priority=priority, position=position, episode=name, deadline_s=deadline_s, gate=gate
            )
            async with turn as free:
                self.begun.append((name, position))
                await self.done.wait()
                free()
                await self.kept.wait()

        self.tasks[name, position] = asyncio.create_task(spoken())
        await settle()
        return gate

    async def finish(self):
        self.done.set()
        self.kept.set()
        await asyncio.gather(*self.tasks.values())


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_lines_hold_nothing_while_their_gate_asks():
    stage = Stage()
    old = await stage.line("old", priority="backfill")
    await stage.line("other", gated=False)
    assert stage.queue.stats == QueueStats(waiting=1, running=1, done=0)
    assert not old.lines.start("slot")  # no room here
    stage.done.set()
    await settle()
    assert old.lines.start("slot")
    await stage.finish()
    assert old.left == ["slot"]


async def test_which_line_begins_is_decided_when_the_slot_is_there():
    stage = Stage()
    gate = await stage.line("e", position=7)
    await stage.line("e", position=3)
    assert gate.lines.start("slot")
    await settle()
    assert stage.begun == [("e", 3)]
    assert gate.left == []
    stage.tasks.pop(("e", 7)).cancel()
    await settle()
    assert not gate.lines.waiting()
    assert not gate.lines.start("other")
    await stage.finish()
    assert gate.left == ["slot"]


async def test_a_claim_for_each_line_that_could_start_the_first_one_aged():
    stage = Stage(concurrency=3)
    stage.now_s = 10.0
    gate = await stage.line("e", priority="backfill", deadline_s=9 * AGING_S)
    for position in range(1, 4):
        await stage.line("e", position=position, priority="backfill", deadline_s=9 * AGING_S)
    stage.now_s += 2 * AGING_S
    due_in_s = 9 * AGING_S - stage.now_s
    served = (2, due_in_s, 0.0)
    assert gate.lines.claims() == [(0, due_in_s, 2 * AGING_S), served, served]
    assert gate.lines.start("slot")
    assert gate.lines.claims() == [served] * 3
    await stage.line("e", position=9, priority="backfill", deadline_s=stage.now_s + HORIZON_S)
    assert gate.lines.claims() == [(2, math.inf, 0.0)] * 3
    assert [gate.lines.start(slot) for slot in "abc"] == [True, True, False]
    for task in stage.tasks.values():
        task.cancel()
    await asyncio.gather(*stage.tasks.values(), return_exceptions=True)
    assert sorted(gate.left) == ["a", "b", "slot"]


async def test_no_slot_is_asked_for_while_too_many_lines_are_kept():
    stage = Stage()
    gate = await stage.line("e")
    for position in range(1, 4):
        await stage.line("e", position=position)
    stage.done.set()
    for slot in "ab":
        assert len(gate.lines.claims()) == 1
        assert gate.lines.start(slot)
        await settle()
    assert gate.left == ["a", "b"]
    assert gate.lines.claims() == []
    assert not gate.lines.start("c")
    assert gate.knocks == 1  # when "a" was free
    stage.kept.set()
    await settle()
    assert gate.knocks > 1
    for slot in "cd":
        assert gate.lines.start(slot)
        await settle()
    await stage.finish()


async def test_when_a_slot_is_free_who_comes_first_asks_at_once():
    stage = Stage()
    await stage.line("running", gated=False)
    day = await stage.line("day")
    news = await stage.line("news", priority="breaking")
    assert (day.knocks, news.knocks) == (0, 0)
    stage.tasks.pop(("running", 0)).cancel()
    await settle()
    assert (day.knocks, news.knocks) == (0, 1)
    assert news.lines.start("slot")
    stage.done.set()
    await settle()
    assert (day.knocks, news.knocks) == (1, 1)
    assert day.lines.start("slot")
    await stage.finish()


async def test_a_line_that_is_cancelled_with_its_grant_gives_the_slot_back():
    stage = Stage()
    gate = await stage.line("e")
    assert gate.lines.start("slot")
    stage.tasks[("e", 0)].cancel()
    await settle()
    assert (stage.begun, gate.left) == ([], ["slot"])
    assert stage.queue.stats == QueueStats(waiting=0, running=0, done=0)


async def test_what_goes_wrong_at_the_gate_is_an_error_of_the_lines():
    stage = Stage()
    gate = await stage.line("e")
    await stage.line("e", position=1)
    gate.lines.fail(ZeroDivisionError())
    for task in stage.tasks.values():
        with pytest.raises(ZeroDivisionError):
            await task
    assert not gate.lines.waiting()
    assert gate.left == []

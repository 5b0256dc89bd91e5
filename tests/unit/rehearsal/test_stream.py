import asyncio

import pytest

from podloom.rehearsal.calls import Calls
from podloom.rehearsal.scenario import Pace
from podloom.rehearsal.stream import Ending, PacedResponse


class JumpingClock:
    """Time passes only by waiting, and `lag_s` more every time."""

    def __init__(self, lag_s: float = 0.0) -> None:
        self.time_s = 100.0
        self.lag_s = lag_s

    def now_s(self) -> float:
        return self.time_s

    async def until(self, time_s: float) -> None:
        self.time_s = max(self.time_s, time_s) + self.lag_s
        await asyncio.sleep(0)


class Client:
    """One end of an ASGI conversation; leaves when it has got so many pieces."""

    def __init__(self, clock: JumpingClock, leaves_after: int | None = None) -> None:
        self.clock, self.leaves_after = clock, leaves_after
        self.messages: list[dict] = []
        self.times_s: list[float] = []
        self.gone = asyncio.Event()

    async def receive(self) -> dict:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict) -> None:
        self.messages.append(message)
        if message.get("body"):
            self.times_s.append(round(self.clock.time_s - 100.0, 6))
        if len(self.times_s) == self.leaves_after:
            self.gone.set()
            await asyncio.Event().wait()


async def answer(clock: JumpingClock, client: Client, ending: Ending, pace: Pace, count: int = 4):
    calls = Calls()
    call = calls.begin("chat", {}, clock.now_s())
    pieces = [b"x"] * count
    response = PacedResponse(
        pieces, call=call, calls=calls, clock=clock, due=pace.due_s, media_type="text/plain", ending=ending
    )
    await response({}, client.receive, client.send)
    return call


async def test_pieces_leave_when_they_are_due():
    clock = JumpingClock()
    client = Client(clock)
    call = await answer(clock, client, Ending(), Pace(1.0, 3.0))
    assert client.times_s == [1.5, 2.0, 2.5, 3.0]
    assert (call.outcome, call.first_byte_s, call.finished_s) == ("answered", 101.5, 103.0)


async def test_lateness_does_not_add_up():
    clock = JumpingClock(lag_s=0.01)
    client = Client(clock)
    await answer(clock, client, Ending(), Pace(0.0, 10.0), count=100)
    assert client.times_s[-1] == pytest.approx(10.01)


async def test_a_client_that_leaves_is_told_apart():
    clock = JumpingClock()
    client = Client(clock, leaves_after=2)
    call = await answer(clock, client, Ending(), Pace(0.0, 4.0))
    assert (call.outcome, len(client.times_s)) == ("abandoned", 2)


async def test_hanging_up_leaves_the_answer_open():
    clock = JumpingClock()
    client = Client(clock)
    call = await answer(clock, client, Ending("broken", hang_up=True), Pace())
    assert call.outcome == "broken"
    assert all(message.get("more_body", True) for message in client.messages)


async def test_an_answer_without_pieces_still_has_a_status():
    clock = JumpingClock()
    client = Client(clock)
    await answer(clock, client, Ending(), Pace(), count=0)
    assert [message["type"] for message in client.messages] == ["http.response.start", "http.response.body"]

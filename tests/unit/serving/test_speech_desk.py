"""Who of the speech server's callers is served when, and what becomes of the others."""

# ruff: noqa: ASYNC110 - what is waited for is inside the server

import asyncio
import json

import pytest

from fixtures.speech_calls import ASKED, say
from podloom.errors import ProviderError, SpeechError
from podloom.tts.tone import ToneEngine


class Gated(ToneEngine):
    """A tone engine that speaks when it is told to."""

    def __init__(self, settings, error=None):
        super().__init__(settings)
        self.error = error
        self.begun, self.ended = [], []
        self.gate = asyncio.Event()

    async def synthesize(self, text, voice, *, seed=0):
        self.begun.append(text)
        try:
            await self.gate.wait()
            if self.error:
                raise self.error
            return await super().synthesize(text, voice, seed=seed)
        finally:
            self.ended.append(text)


async def until(condition):
    """Let the loop run until it holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_until_the_voices_are_loaded_callers_are_sent_away(started):
    service, client = await started(load=False)
    assert (await client.get("/health")).json()["status"] == "loading"
    answer = await say(client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "loading")
    await service.load()
    assert (await client.get("/health")).json()["status"] == "ready"


async def test_so_many_speak_so_many_wait_and_the_rest_comes_again(started):
    service, client = await started(Gated, slots=2, waiting_room=1)
    calls = [asyncio.create_task(say(client, input=f"Line {n}.")) for n in ("one", "two", "three")]
    await until(lambda: service.desk.full)
    health = await client.get("/health")
    assert (health.status_code, health.json()["status"]) == (503, "full")
    assert (health.json()["running"], health.json()["waiting"]) == (2, 1)
    refused = await say(client)
    assert (refused.status_code, refused.json()["error"]["type"]) == (429, "rate_limit_error")
    assert int(refused.headers["retry-after"]) >= 1
    service.engine.gate.set()
    assert [(await call).status_code for call in calls] == [200] * 3
    page = (await client.get("/metrics")).text
    assert "podloom_memory_bytes " in page
    assert 'podloom_speech_server_calls_total{outcome="spoken"} 3.0' in page
    assert 'podloom_speech_server_calls_total{outcome="busy"} 1.0' in page
    assert "podloom_speech_server_running 0.0" in page


async def test_the_urgent_go_first_and_episodes_in_the_order_of_playback(started):
    service, client = await started(Gated, slots=1)
    said = [
        ("Later.", "normal", 2),
        ("Sooner.", "normal", 1),
        ("Some day.", "backfill", 0),
        ("Now.", "breaking", 9),
    ]
    calls = [asyncio.create_task(say(client, input="First."))]
    await until(lambda: service.engine.begun)
    for text, priority, position in said:
        headers = {"x-podloom-priority": priority, "x-podloom-position": str(position)}
        calls.append(asyncio.create_task(say(client, headers, input=text)))
    await until(lambda: service.desk.queue.stats.waiting == 4)
    service.engine.gate.set()
    await asyncio.gather(*calls)
    assert service.engine.begun == ["First.", "Now.", "Sooner.", "Later.", "Some day."]


async def test_in_a_class_the_nearest_deadline_goes_first_and_one_that_is_over_before_it(started):
    service, client = await started(Gated, slots=1)
    said = [
        ("Whenever.", "breaking", None),
        ("Tonight.", "normal", "8000"),  # further away than a deadline counts
        ("In a minute.", "normal", "60"),
        ("Too late.", "normal", "-5"),
        ("Some day.", "backfill", "1"),
    ]
    calls = [asyncio.create_task(say(client, input="First."))]
    await until(lambda: service.engine.begun)
    for count, (text, priority, deadline) in enumerate(said, 1):
        headers = {"x-podloom-priority": priority, "x-podloom-episode": text}
        headers |= {"x-podloom-deadline": deadline} if deadline else {}
        calls.append(asyncio.create_task(say(client, headers, input=text)))
        await until(lambda count=count: service.desk.queue.stats.waiting == count)
    service.engine.gate.set()
    await asyncio.gather(*calls)
    assert service.engine.begun == [
        "First.", "Whenever.", "Too late.", "In a minute.", "Tonight.", "Some day.",
    ]  # fmt: skip


async def test_in_a_full_waiting_room_the_urgent_take_the_place_of_the_last(started):
    service, client = await started(Gated, slots=1, waiting_room=1)
    first = asyncio.create_task(say(client))
    await until(lambda: service.engine.begun)
    patient = asyncio.create_task(say(client, {"x-podloom-priority": "backfill"}))
    await until(lambda: service.desk.full)
    urgent = asyncio.create_task(say(client, {"x-podloom-priority": "breaking"}))
    assert (await patient).json()["error"]["code"] == "full"
    service.engine.gate.set()
    assert [(await call).status_code for call in (first, urgent)] == [200, 200]


async def test_who_waited_too_long_is_sent_to_another_server(started):
    service, client = await started(Gated, slots=1, waiting_s=0.01)
    first = asyncio.create_task(say(client))
    await until(lambda: service.engine.begun)
    late = await say(client)
    assert (late.status_code, late.json()["error"]["code"]) == (503, "overloaded")
    service.engine.gate.set()
    assert (await first).status_code == 200


async def test_a_draining_server_ends_what_it_speaks_and_takes_nothing_new(started):
    service, client = await started(Gated, slots=1)
    calls = [asyncio.create_task(say(client)) for _ in range(2)]
    await until(lambda: service.desk.queue.stats.waiting)
    service.desk.drain()
    assert (await client.get("/health")).json()["status"] == "draining"
    for answer in (await calls[1], await say(client)):
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "draining")
    service.engine.gate.set()
    assert (await calls[0]).status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (SpeechError("no"), 422, "invalid_request_error"),
        (ProviderError("away"), 502, "server_error"),
        (RuntimeError("a fault of ours"), 500, None),
    ],
)
async def test_a_failing_engine_is_an_error_and_frees_its_slot(started, error, status, kind):
    service, client = await started(lambda given: Gated(given, error), slots=1)
    service.engine.gate.set()
    for _ in range(2):
        answer = await say(client)
        assert answer.status_code == status
        if kind:
            assert answer.json()["error"]["type"] == kind


async def test_who_hangs_up_is_not_spoken_for(started):
    service, _ = await started(Gated, slots=1)
    spoken = [hung_up(service, "Running."), hung_up(service, "Waiting.")]
    callers = [asyncio.create_task(call) for call, _ in spoken]
    await until(lambda: service.desk.queue.stats.waiting == 1)
    for _, leave in reversed(spoken):
        leave.set()
    assert [await caller for caller in callers] == [[], []]
    assert (service.engine.begun, service.engine.ended) == (["Running."], ["Running."])
    assert service.desk.queue.stats.running == 0
    assert service.metrics.registry.get_sample_value(
        "podloom_speech_server_calls_total", {"outcome": "left"}
    ) == len(spoken)


def hung_up(service, text):
    """A call over bare ASGI whose caller leaves when the event is set; what it was sent."""
    leave, sent = asyncio.Event(), []
    body = json.dumps({**ASKED, "input": text}).encode()
    scope = {
        "type": "http", "method": "POST", "path": "/v1/audio/speech", "headers": [], "query_string": b"",
        "http_version": "1.1", "scheme": "http", "root_path": "", "server": ("speech", 80),
    }  # fmt: skip
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive():
        for message in messages:
            return message
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    async def call():
        await service.asgi(scope, receive, send)
        return sent

    return call(), leave

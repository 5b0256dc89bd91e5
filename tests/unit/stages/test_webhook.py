"""The webhook: what is sent, how it is signed, when it is sent again, and that it never fails a run."""

import asyncio
import hashlib
import hmac
import json
import threading
from base64 import b64decode, b64encode
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from podloom import EpisodeRequest, ProviderError, Settings
from podloom.settings import WebhookSettings
from podloom.stages import webhook
from podloom.stages.telling import Teller
from podloom.stages.webhook import send_news, signature

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture
def no_pauses(monkeypatch):
    monkeypatch.setattr(webhook, "PAUSE_S", 0.001)


@asynccontextmanager
async def receiver(*statuses, headers="", ready=None):
    """A webhook that answers with these, then 204; yields its address and the calls as (headers, body)."""
    calls, waiting = [], list(statuses)

    async def answer(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        sent = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        calls.append((sent, await reader.readexactly(int(sent["content-length"]))))
        if ready is not None:
            await ready.wait()
        status = waiting.pop(0) if waiting else 204
        writer.write(
            f"HTTP/1.1 {status} x\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/hook?token=hidden", calls


def told(url, **changes):
    return Settings(webhook=WebhookSettings(url=SecretStr(url), **changes))


def teller(settings):
    return Teller(EpisodeRequest(title="City trees", podcast="Green"), settings, "run-1")


async def fail(error):
    raise error


async def test_a_failure_is_told_with_its_class_and_its_sentence():
    async with receiver() as (url, calls):
        with pytest.raises(ProviderError):
            await teller(told(url)).told(fail(ProviderError("the server is away")))
    ((headers, body),) = calls
    sent = json.loads(body)
    assert (sent["type"], headers["content-type"]) == ("podloom.episode.failed", "application/json")
    assert sent["data"] == {
        "run_id": "run-1",
        "podcast": "Green",
        "title": "City trees",
        "error": {"type": "ProviderError", "message": "the server is away"},
    }


async def test_an_error_that_is_not_ours_is_told_by_its_name_alone():
    async with receiver() as (url, calls):
        with pytest.raises(KeyError):
            await teller(told(url)).told(fail(KeyError("sk-secret")))
    assert b"sk-secret" not in calls[0][1]
    assert json.loads(calls[0][1])["data"]["error"]["type"] == "KeyError"


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_stopped_run_is_told_unless_it_goes_on_elsewhere(replaced):
    async with receiver() as (url, calls):
        work = teller(told(url)).told(asyncio.sleep(60), unless=lambda: replaced)
        task = asyncio.create_task(work)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    types = [json.loads(body)["type"] for _, body in calls]
    assert types == ([] if replaced else ["podloom.episode.cancelled"])


@pytest.mark.parametrize("secret", ["plain words", "whsec_" + b64encode(b"k" * 24).decode()])
async def test_the_signature_is_the_standards(secret):
    async with receiver() as (url, calls):
        await send_news(teller(told(url)).news("cancelled"), told(url, secret=SecretStr(secret)).webhook)
    ((headers, body),) = calls
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    expected = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode().lower()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_of_the_standards_own_example():
    """From https://github.com/standard-webhooks/standard-webhooks, spec, with its secret and its payload."""
    assert (
        signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            b'{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize(
    ("statuses", "count", "warned"),
    [((503, 429, 204), 3, False), ((410,), 1, True), ((500, 500, 500), 3, True)],
)
async def test_what_may_pass_is_tried_again_and_what_does_not_is_a_warning(statuses, count, warned, caplog):
    async with receiver(*statuses) as (url, calls):
        await send_news(teller(told(url)).news("cancelled"), told(url, tries=3).webhook)
    assert len(calls) == count
    assert len({headers["webhook-id"] for headers, _ in calls}) == 1
    assert bool(caplog.records) == warned
    assert "hidden" not in caplog.text


async def test_a_wish_to_wait_is_heeded_within_reason(monkeypatch):
    monkeypatch.setattr(webhook, "LONGEST_PAUSE_S", 0.01)
    async with receiver(429, headers="retry-after: 3600\r\n") as (url, calls):
        await send_news(teller(told(url)).news("cancelled"), told(url).webhook)
    assert len(calls) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x?token=hidden", "no address", "http://[hidden"])
async def test_a_webhook_that_is_not_there_is_a_warning_without_its_address(url, caplog):
    await send_news(teller(told(url)).news("cancelled"), told(url, tries=2).webhook)
    assert "'City trees' was cancelled" in caplog.text
    assert "hidden" not in caplog.text
    assert "127.0.0.1" not in caplog.text


async def test_a_webhook_that_hangs_holds_nobody_up_and_is_told_all_the_same():
    ready = asyncio.Event()
    async with receiver(503, ready=ready) as (url, calls):
        await send_news(teller(told(url)).news("completed"), told(url).webhook, wait_s=0.01)
        (sending,) = [thread for thread in threading.enumerate() if thread.name == "podloom-webhook"]
        assert not sending.daemon  # the process ends after it
        ready.set()
        await asyncio.to_thread(sending.join)
    assert [json.loads(body)["type"] for _, body in calls] == ["podloom.episode.completed"] * 2


async def test_a_process_that_is_stopped_does_not_wait_for_its_webhook():
    ready = asyncio.Event()
    async with receiver(ready=ready) as (url, _):
        cancelled = teller(told(url)).news("cancelled")
        await send_news(cancelled, told(url).webhook, to_its_end=False, wait_s=0.01)
        (sending,) = [thread for thread in threading.enumerate() if thread.name == "podloom-webhook"]
        assert sending.daemon
        ready.set()
        await asyncio.to_thread(sending.join)

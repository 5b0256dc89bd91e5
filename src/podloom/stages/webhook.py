"""News of episodes, sent to the operator's webhook: signed, repeated, and never in an episode's way.

Headers and signature are those of https://www.standardwebhooks.com, for which there are libraries.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import logging
import random
import threading
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from podloom.domain.news import EpisodeNews
from podloom.settings import WebhookSettings

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)
PAUSE_S = 0.5
"""Before the second try; doubles, with up to half of it added at random."""
LONGEST_PAUSE_S = 30.0
WAIT_S = 3.0
"""Longest wait of a run for its webhook."""
LIMIT_S = 60.0
"""No try begins after that."""
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which it is worth asking again."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix that the standard gives to secrets in base64


async def send_news(
    news: EpisodeNews,
    settings: WebhookSettings,
    *,
    to_its_end: bool = True,
    wait_s: float | None = WAIT_S,
) -> None:
    """POST the news; what goes wrong is a warning, since the episode is what it is.

    A receiver that hangs holds nobody up for longer than `wait_s`, if that is given: a thread goes on telling
    it. The process ends after that thread, unless it need not be told to its end.
    """
    if not settings.url.get_secret_value():
        return
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()

    def deliver() -> None:
        try:
            _deliver(news, settings)
        finally:
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(arrived.set)

    threading.Thread(target=deliver, name="podloom-webhook", daemon=not to_its_end).start()
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            await arrived.wait()


def _deliver(news: EpisodeNews, settings: WebhookSettings) -> None:
    """Try until it is taken, with growing pauses; blocks."""
    import httpx  # noqa: PLC0415 - only at the end of a run, where there is a webhook

    body = json.dumps(
        {"type": news.type, "timestamp": news.at, "data": news.data}, ensure_ascii=False
    ).encode()
    delivery = uuid.uuid5(uuid.NAMESPACE_OID, f"{news.run_id} {news.state} {news.at}").hex
    url, secret = settings.url.get_secret_value(), settings.secret.get_secret_value()
    fault, ends_s = "", time.monotonic() + LIMIT_S
    try:
        with httpx.Client(timeout=settings.timeout_s) as client:
            for attempt in range(settings.tries):
                fault, wished_s = _try(client, url, body, _headers(delivery, body, secret))
                if not fault or wished_s is None or attempt + 1 == settings.tries:
                    break
                pause_s = max(wished_s, PAUSE_S * 2**attempt * random.uniform(1, 1.5))
                if time.monotonic() + pause_s > ends_s:
                    break
                time.sleep(pause_s)
    except (httpx.InvalidURL, ValueError) as error:
        # The message may hold the address, and the address a token.
        fault = f"PODLOOM_WEBHOOK_URL or PODLOOM_WEBHOOK_SECRET cannot be used ({type(error).__name__})"
    if fault:
        log.warning("the webhook was not told that %r was %s: %s", news.title, news.state, fault)


def signature(secret: str, delivery: str, timestamp: str, body: bytes) -> str:
    """What the receiver computes as well: HMAC-SHA256 over id, time and body, in base64."""
    key = secret.encode()
    if secret.startswith(SECRET_PREFIX):
        with suppress(binascii.Error):
            key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    digest = hmac.digest(key, f"{delivery}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _headers(delivery: str, body: bytes, secret: str) -> dict[str, str]:
    timestamp = str(int(time.time()))
    headers = {
        "content-type": "application/json",
        "user-agent": "podloom",
        "webhook-id": delivery,
        "webhook-timestamp": timestamp,
    }
    if secret:
        headers["webhook-signature"] = signature(secret, delivery, timestamp, body)
    return headers


def _try(client: httpx.Client, url: str, body: bytes, headers: dict[str, str]) -> tuple[str, float | None]:
    """What went wrong, "" if nothing did, and how long to wait at least; None: another try is of no use."""
    import httpx  # noqa: PLC0415 - 0.1 s, only with a webhook

    try:
        answer = client.post(url, content=body, headers=headers)
    except httpx.TransportError as error:
        return f"it does not answer ({type(error).__name__})", 0.0
    if answer.is_success:
        return "", None
    return f"it answered {answer.status_code}", _wished_pause_s(answer)


def _wished_pause_s(answer: httpx.Response) -> float | None:
    if answer.status_code not in PASSING:
        return None
    with suppress(ValueError):
        return min(LONGEST_PAUSE_S, max(0.0, float(answer.headers.get("retry-after", ""))))
    return 0.0

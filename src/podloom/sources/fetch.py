"""Fetches web addresses, with limits on time, size and redirects."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from podloom.errors import SourceError

if TYPE_CHECKING:
    import httpx

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
ADVICE = {401: "it needs a login", 403: "it refuses programs or needs a login", 404: "check the address"}
MAX_REDIRECTS = 10


@dataclass(frozen=True)
class Limits:
    """How much a source may cost before it is refused."""

    timeout_s: float = 30.0
    """Longest silence of a server."""
    total_s: float = 180.0
    """For one address, retries included."""
    max_bytes: int = 100_000_000
    """Of one file or answer; sound files have no limit."""
    attempts: int = 3
    pause_s: float = 1.0
    """Before the second attempt; doubles for each further one."""


@dataclass(frozen=True)
class Fetched:
    """The body of an answer and what the server says it is."""

    content: bytes
    media_type: str
    """Lower case, without parameters; empty when the server does not say."""
    charset: str
    path: str
    """Of the final address, for its suffix."""


def new_client(limits: Limits) -> httpx.AsyncClient:
    """A client for the addresses of one run; close it."""
    import httpx  # noqa: PLC0415 - 60 ms, only when there is an address

    return httpx.AsyncClient(
        timeout=limits.timeout_s,
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        headers={
            "User-Agent": f"podloom/{version('podloom')}",
            "Accept": "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain,*/*;q=0.5",
        },
    )


async def fetch(address: str, client: httpx.AsyncClient, limits: Limits) -> Fetched:
    """The answer of the server at `address`, asked again when it is busy.

    Raises:
        SourceError: It cannot be reached, answers with an error, too slowly or with too much.
    """
    try:
        async with asyncio.timeout(limits.total_s):
            return await _persistently(address, client, limits)
    except TimeoutError as error:
        raise SourceError(f"{address!r} was not there after {limits.total_s:g} s; try again later") from error


async def _persistently(address: str, client: httpx.AsyncClient, limits: Limits) -> Fetched:
    for attempt in range(1, limits.attempts):
        try:
            return await _once(address, client, limits)
        except BusyError:
            await asyncio.sleep(limits.pause_s * 2 ** (attempt - 1))
    return await _once(address, client, limits)


class BusyError(SourceError):
    """Raised when a server may well answer if it is asked again."""

    retryable = True


async def _once(address: str, client: httpx.AsyncClient, limits: Limits) -> Fetched:
    import httpx  # noqa: PLC0415 - see new_client

    try:
        async with client.stream("GET", address) as response:
            _check_status(address, response)
            content = await _read(address, response, limits.max_bytes)
    except httpx.TimeoutException as error:
        raise BusyError(
            f"{address!r} did not answer within {limits.timeout_s:g} s; try again later"
        ) from error
    except httpx.ConnectError as error:
        raise BusyError(
            f"{address!r} cannot be reached ({error}); check the address and the network"
        ) from error
    except httpx.TooManyRedirects as error:
        raise SourceError(
            f"{address!r} redirects more than {MAX_REDIRECTS} times; it may need a login"
        ) from error
    except httpx.UnsupportedProtocol as error:
        raise SourceError(f"{address!r} leads to an address that is not http(s): {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(f"{address!r} cannot be read: {error or type(error).__name__}") from error
    kind = response.headers.get("content-type", "")
    return Fetched(
        content=content,
        media_type=kind.partition(";")[0].strip().lower(),
        charset=response.charset_encoding or "",
        path=urlsplit(str(response.url)).path,
    )


def _check_status(address: str, response: httpx.Response) -> None:
    if response.is_success:
        return
    status = f"{response.status_code} {response.reason_phrase}".strip()
    advice = ADVICE.get(response.status_code, "open it in a browser to see why")
    text = f"{address!r} answered {status}; {advice}"
    raise BusyError(text) if response.status_code in RETRIED else SourceError(text)


async def _read(address: str, response: httpx.Response, max_bytes: int) -> bytes:
    """The whole body, never a part of it."""
    too_large = SourceError(
        f"{address!r} is larger than {max_bytes / 1e6:g} MB; save the part you want and give its path"
    )
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise too_large
    content = bytearray()
    async for block in response.aiter_bytes():
        content += block
        if len(content) > max_bytes:
            raise too_large
    return bytes(content)

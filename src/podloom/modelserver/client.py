"""Calls of an OpenAI-compatible server over kept connections: what models that write and that speak share.

A call is repeated, after the pause that the server asks for or growing ones, until an answer has begun, and
never after. OpenAI's SDK does the same; its import takes longer than all else before a run's first call.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from podloom.modelserver.failures import (
    BrokenOffError,
    CallError,
    FellSilentError,
    GarbledError,
    SilentError,
    UnreachableError,
    pause_s,
    refused,
)

if TYPE_CHECKING:
    import ssl

    import httpx2

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_S = 10.0
KEEPALIVE_S = 120.0
"""Shorter ones would open a new connection for nearly every chapter."""
ACCOUNT = {"OpenAI-Organization": "OPENAI_ORG_ID", "OpenAI-Project": "OPENAI_PROJECT_ID"}
"""Headers for OpenAI itself, and the variables that hold them."""


@dataclass(frozen=True)
class CallLimits:
    """How long a call is waited for, and how many there are."""

    timeout_s: float
    """Longest silence."""
    max_retries: int
    connections: int
    kept: int | None = None
    """Idle connections that stay open; None: all of them."""


class ModelServer:
    """One address and its key. Made in any thread; belongs to the event loop that it is first used in."""

    def __init__(self, base_url: str, key: str, limits: CallLimits) -> None:
        self._http: Any = import_module("httpx2")  # with all its parts 0.1 s: when a server is called
        self._retries = limits.max_retries
        self._client: httpx2.AsyncClient = self._http.AsyncClient(
            base_url=base_url or OPENAI_URL,
            headers=_headers(base_url, key),
            timeout=self._http.Timeout(limits.timeout_s, connect=min(CONNECT_S, limits.timeout_s)),
            limits=self._http.Limits(
                max_connections=limits.connections,
                max_keepalive_connections=limits.kept,
                keepalive_expiry=KEEPALIVE_S,
            ),
            follow_redirects=True,
            verify=_trusted(),
        )

    @property
    def host(self) -> str:
        """Where it is, without a port."""
        return str(self._client.base_url.host)

    async def get(self, path: str) -> Any:
        """A page of JSON.

        Raises:
            CallError: There is none.
        """
        return await self._read(self._client.build_request("GET", path))

    async def models(self) -> list[dict[str, Any]]:
        """What it lists as its models; not every server does.

        Raises:
            CallError: There is no such page.
        """
        page = await self.get("models")
        listed = page.get("data") if isinstance(page, dict) else page
        return [model for model in listed if isinstance(model, dict)] if isinstance(listed, list) else []

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that answers a call.

        Raises:
            CallError: There is none.
        """
        return await self._read(self._client.build_request("POST", path, json=body))

    @asynccontextmanager
    async def answer(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        on_sent: Callable[[], None] | None = None,
    ) -> AsyncIterator[Answer]:
        """The answer to a call, from its beginning; leaving before its end gives the connection up.

        Args:
            path: Below the address.
            body: Sent as JSON.
            headers: More than the usual ones.
            on_sent: Called in the loop whenever the whole call has left; again when it is repeated.

        Raises:
            CallError: No good answer began.
        """
        extensions = {"trace": _listener(on_sent)} if on_sent else None
        request = self._client.build_request("POST", path, json=body, headers=headers, extensions=extensions)
        response = await self._begun(request)
        try:
            yield Answer(response, self._http)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _read(self, request: httpx2.Request) -> Any:
        response = await self._begun(request)
        try:
            return json.loads(b"".join([part async for part in Answer(response, self._http).parts()]))
        except ValueError:
            raise GarbledError("the answer is not JSON") from None
        finally:
            await response.aclose()

    async def _begun(self, request: httpx2.Request) -> httpx2.Response:
        """The response of the first try that is answered well."""
        tries = 0
        while True:
            tries += 1
            try:
                response = await self._client.send(request, stream=True)
                if response.is_success:
                    return response
                failure: CallError = await self._refusal(response)
            except self._http.TimeoutException as error:
                failure = SilentError(type(error).__name__)
            except self._http.RequestError as error:
                failure = UnreachableError(type(error).__name__)
            rest_s = pause_s(failure, tries)
            if rest_s is None or tries > self._retries:
                raise failure
            await asyncio.sleep(rest_s)

    async def _refusal(self, response: httpx2.Response) -> CallError:
        try:
            said = await response.aread()
        finally:
            await response.aclose()
        return refused(response.status_code, response.headers, said.decode("utf-8", "replace").strip())


class Answer:
    """An answer that has begun."""

    def __init__(self, response: httpx2.Response, http: Any) -> None:
        self._response = response
        self._http = http

    @property
    def content_type(self) -> str:
        """What the server calls it."""
        return str(self._response.headers.get("content-type", ""))

    async def parts(self) -> AsyncGenerator[bytes]:
        """Its bytes as they arrive.

        Raises:
            BrokenOffError: They did not come to their end.
        """
        try:
            async for part in self._response.aiter_bytes():
                yield part
        except self._http.TimeoutException as error:
            raise FellSilentError(type(error).__name__) from error
        except self._http.RequestError as error:
            raise BrokenOffError(type(error).__name__) from error


def is_official(base_url: str) -> bool:
    """Whether the address is OpenAI's own."""
    return (urlsplit(base_url or OPENAI_URL).hostname or "").endswith("api.openai.com")


def _headers(base_url: str, key: str) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {key or 'none'}", "User-Agent": "podloom"}  # some take any key
    account = ACCOUNT if is_official(base_url) else {}
    return headers | {header: value for header, name in account.items() if (value := os.environ.get(name))}


@cache
def _trusted() -> ssl.SSLContext:
    """The machine's certificates, read once a process."""
    context: ssl.SSLContext = import_module("httpx2").create_ssl_context()
    return context


def _listener(on_sent: Callable[[], None]) -> Callable[[str, Any], Any]:
    async def listen(event: str, _: Any) -> None:
        if event.endswith("send_request_body.complete"):
            on_sent()

    return listen

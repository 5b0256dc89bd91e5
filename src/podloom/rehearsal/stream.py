"""An answer on its way: pieces sent when they are due, until it ends, breaks off or nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from podloom.rehearsal.calls import Call, Calls, Outcome
from podloom.rehearsal.clock import Clock
from podloom.serving.leaving import unless_left

Due = Callable[[int, int], float]
"""When piece i of n is due, in seconds after the request."""


@dataclass(frozen=True)
class Ending:
    """What happens after the last piece."""

    outcome: Outcome = "answered"
    stall: bool = False
    """Say nothing more, and do not hang up either."""
    hang_up: bool = False
    """Close the connection within the answer."""


class PacedResponse(Response):
    """Sends its pieces on time and records how it went."""

    def __init__(
        self,
        pieces: list[bytes],
        *,
        call: Call,
        calls: Calls,
        clock: Clock,
        due: Due,
        media_type: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        ending: Ending = Ending(),
    ) -> None:
        super().__init__(None, status, headers, media_type)
        del self.headers["content-length"]  # not known to a server that streams
        self._pieces, self._due, self._ending = pieces, due, ending
        self._call, self._calls, self._clock = call, calls, clock
        call.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Answer; stop at once when the client leaves."""
        try:
            await unless_left(receive, self._send(send))
        finally:
            self._record("abandoned")

    async def _send(self, send: Send) -> None:
        start_s, count = self._call.arrived_s, len(self._pieces)
        for index, piece in enumerate(self._pieces):
            await self._clock.until(start_s + self._due(index, count))
            if index == 0:
                await self._begin(send)
            if index == count - 1:
                self._record(self._ending.outcome)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if not self._pieces:
            self._record(self._ending.outcome)
            await self._begin(send)
        if self._ending.stall:
            await asyncio.Event().wait()
        if not self._ending.hang_up:
            # A server that returns before this message closes the connection inside of the answer.
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _record(self, outcome: Outcome) -> None:
        """Before the last piece leaves: whoever has it may ask for the record at once."""
        self._calls.end(self._call, outcome, self._clock.now_s())

    async def _begin(self, send: Send) -> None:
        self._call.first_byte_s = self._clock.now_s()
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

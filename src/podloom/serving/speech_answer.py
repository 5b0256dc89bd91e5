"""A clip on its way to the caller: in parts as they are made, or whole; ended at once when nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from podloom.serving.leaving import end_tasks, unless_left
from podloom.serving.speech_order import Order
from podloom.serving.speech_sound import STREAMABLE, at_speed, encode, encode_part, media_type
from podloom.tts.engine import Audio

Speak = Callable[[Order, Callable[[Audio], None]], Awaitable[None]]


class SpokenAnswer(Response):
    """Speaks the order while it is sent; errors before the first byte are answers as well."""

    def __init__(self, order: Order, speak: Speak, *, streams: bool) -> None:
        super().__init__(None, media_type=media_type(order.form))
        del self.headers["content-length"]  # not known yet
        self._order, self._speak = order, speak
        self._streams = streams and order.form in STREAMABLE and order.speed == 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Answer; stop at once when the caller leaves."""
        await unless_left(receive, self._in_parts(send) if self._streams else self._whole(send))

    async def _whole(self, send: Send) -> None:
        parts: list[Audio] = []
        await self._speak(self._order, parts.append)
        body = await asyncio.to_thread(self._encode, parts)
        self.headers["content-length"] = str(len(body))
        await self._begin(send)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _encode(self, parts: list[Audio]) -> bytes:
        audio = Audio(np.concatenate([part.samples for part in parts]), parts[0].sample_rate)
        return encode(at_speed(audio, self._order.speed), self._order.form)

    async def _in_parts(self, send: Send) -> None:
        parts: asyncio.Queue[Audio | None] = asyncio.Queue()
        speaking = asyncio.ensure_future(self._speak(self._order, parts.put_nowait))
        speaking.add_done_callback(lambda _: parts.put_nowait(None))
        try:
            first = True
            while (part := await parts.get()) is not None:
                if first:
                    await self._begin(send)
                body = encode_part(part, self._order.form, first=first)
                await send({"type": "http.response.body", "body": body, "more_body": True})
                first = False
            speaking.result()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await end_tasks(speaking)

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

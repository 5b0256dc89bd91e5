"""A quiet web server in a thread of this process, which ends at once when it is told to."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

START_LIMIT_S = 20.0
KEEPALIVE_S = 120
TICK_S = 0.1


class ThreadedServer:
    """Serves an ASGI application while its context is open."""

    def __init__(self, application: Any, listener: socket.socket, name: str) -> None:
        started = threading.Event()
        self._started, self._name = started, name
        self._server = build_server(application, started)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[listener])), name=name, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(START_LIMIT_S):
            raise RuntimeError(f"the {self._name} server did not start within {START_LIMIT_S:g} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()


def build_server(application: Any, started: threading.Event) -> Any:
    """A quiet uvicorn server that sets `started` when it listens."""
    import uvicorn  # noqa: PLC0415 - only where a server is started

    from podloom.serving.quiet import quiet_config  # noqa: PLC0415 - imports uvicorn

    class Server(uvicorn.Server):
        async def main_loop(self) -> None:
            """As uvicorn's, but woken by `stop`."""
            self.loop, self.woken = asyncio.get_running_loop(), asyncio.Event()
            started.set()
            ticks = 0
            while not await self.on_tick(ticks):
                ticks += 1
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.woken.wait(), TICK_S)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Cut off answers that are still being given; uvicorn's would wait for them."""
            for server in self.servers:
                server.close()
            for listener in sockets or []:
                listener.close()
            for connection in list(self.server_state.connections):
                if connection.transport is not None:
                    connection.transport.close()

        def stop(self) -> None:
            """End `serve`, from any thread."""
            self.should_exit = True
            self.loop.call_soon_threadsafe(self.woken.set)

    return Server(quiet_config(application, http="h11", log_level="critical", timeout_keep_alive=KEEPALIVE_S))

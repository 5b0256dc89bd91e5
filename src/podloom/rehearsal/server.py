"""The server in a thread of this process, on a free port of the loopback interface."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from podloom.rehearsal.calls import Calls
from podloom.rehearsal.clock import Clock, LoopClock
from podloom.rehearsal.faults import Chaos, Fault, FaultScript
from podloom.rehearsal.scenario import Scenario

START_LIMIT_S = 20.0
KEEPALIVE_S = 120
TICK_S = 0.1


class RehearsalServer:
    """Runs while its context is open.

    with RehearsalServer(Scenario(), faults=[Fault("429", nth=1)]) as server:
        client = OpenAI(base_url=server.base_url, api_key="any")
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        *,
        faults: Sequence[Fault] = (),
        chaos: Chaos | None = None,
        api_key: str = "",
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.scenario = scenario or Scenario()
        self.calls = Calls()
        self.faults = FaultScript(faults, chaos)
        self._api_key, self._port, self._clock = api_key, port, clock or LoopClock()
        self._thread: threading.Thread | None = None
        self._server: Any = None

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What OpenAI's SDK calls `base_url`."""
        return f"{self.url}/v1"

    def application(self) -> Any:
        """The ASGI application, to be run by a server of your own."""
        from podloom.rehearsal.app import RehearsalApp  # noqa: PLC0415 - imports starlette

        return RehearsalApp(self.scenario, self.faults, self.calls, self._clock, self._api_key).asgi

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        started = threading.Event()
        self._server = build_server(self.application(), started)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[listener])), name="rehearsal", daemon=True
        )
        self._thread.start()
        if not started.wait(START_LIMIT_S):
            raise RuntimeError(f"the rehearsal server did not start within {START_LIMIT_S:g} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._server.stop()
            self._thread.join()


def build_server(application: Any, started: threading.Event) -> Any:
    """A quiet uvicorn server that sets `started` when it listens."""
    import uvicorn  # noqa: PLC0415

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
            """Cut off answers that are still being paced; uvicorn's would wait for them."""
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

    config = uvicorn.Config(
        application,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_keep_alive=KEEPALIVE_S,
    )
    return Server(config)

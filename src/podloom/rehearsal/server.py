"""The server in a thread of this process, on a free port of the loopback interface."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from podloom.rehearsal.calls import Calls
from podloom.rehearsal.clock import Clock, LoopClock
from podloom.rehearsal.faults import Chaos, Fault, FaultScript
from podloom.rehearsal.scenario import Scenario
from podloom.serving.threaded import ThreadedServer


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
        self._server: ThreadedServer | None = None

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
        self._server = ThreadedServer(self.application(), listener, "rehearsal")
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.__exit__(kind, error, trace)

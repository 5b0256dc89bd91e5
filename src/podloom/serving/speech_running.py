"""The speech server as a process: load, answer, and on SIGTERM finish what is being spoken."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from podloom.errors import SettingsError
from podloom.serving.quiet import quiet_config
from podloom.serving.speech import SpeechService
from podloom.settings import Settings
from podloom.tts.engine import build_engine

KEEPALIVE_S = 125
"""Longer than our clients keep an idle connection, so that they never find a closed one."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(engine: str, host: str, port: int, settings: Settings, tell: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM.

    Args:
        engine: Its name in the table of engines.
        host: Interface to listen at.
        port: 0: a free one, which is told.
        settings: Those of the engine and of the server.
        tell: Takes the address, and "ready" when the voices are loaded.

    Raises:
        SettingsError: The address cannot be listened at.
        PodloomError: The engine cannot be built or loaded.
    """
    built = build_engine(engine, settings)
    listener = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    tell(f"http://{shown}:{listener.getsockname()[1]}/v1 speaks with {built.name} ({built.version})")
    asyncio.run(_serve(SpeechService(built, settings), listener, settings.speechserver.drain_s, tell))


async def _serve(
    service: SpeechService, listener: socket.socket, drain_s: int, tell: Callable[[str], None]
) -> None:
    server = _Server(service, drain_s)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    loading = asyncio.create_task(service.load())
    try:
        await asyncio.wait((loading, serving), return_when=asyncio.FIRST_COMPLETED)
        if loading.done() and not loading.exception():
            tell("ready")
        else:
            server.should_exit = True
        await serving
        if loading.done():
            loading.result()
    finally:
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)
        await service.engine.close()


class _Server(uvicorn.Server):
    """Stops gently, and then returns: uvicorn's would raise the signal once more."""

    def __init__(self, service: SpeechService, drain_s: int) -> None:
        super().__init__(
            quiet_config(
                service.asgi,
                log_level="warning",
                server_header=False,
                timeout_keep_alive=KEEPALIVE_S,
                timeout_graceful_shutdown=drain_s,
            )
        )
        self._service = service

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, through the loop."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        """The first signal drains, a second one does not wait."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._service.desk.drain()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise SettingsError(
            f"{host!r} port {port} cannot be listened at ({error.strerror}); choose others with --host and"
            " --port"
        ) from error

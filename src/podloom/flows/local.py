"""A Prefect server of our own, for one person: a child process that ends with its context."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx

from podloom.errors import PodloomError, SettingsError

START_LIMIT_S = 120.0
"""A first start migrates a new database."""
LOOK_S = 0.1
GOODBYE_S = 10.0


class LocalServer:
    """A server that keeps everything in `folder`; a context manager.

    Raises:
        SettingsError: On entering: the port is taken, or the server does not start.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/api"
        self._folder, self._port = folder, port
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        _check_port(self._port)
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*_COMMAND, "--port", str(self._port)],
                env=_environment(self._folder, self.url),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is ours: the server stays until the runs have said how they ended.
                start_new_session=True,
            )
        try:
            _wait_until_up(self._process, self.url, self._log)
        except BaseException:
            _stop(self._process)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            _stop(self._process)

    def check(self) -> None:
        """Nothing, as long as the server is there.

        Raises:
            PodloomError: It has ended, and nobody told it to.
        """
        if self._process is not None and (code := self._process.poll()) is not None:
            raise PodloomError(
                f"the Prefect server has ended by itself (exit code {code}); {str(self._log)!r} says why;"
                " start `podloom serve` again: runs that were under way go on then"
            )


_COMMAND = (sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1")


def _environment(folder: Path, url: str) -> dict[str, str]:
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_SERVER_LOGGING_LEVEL": "WARNING"}
    return {**quiet, **os.environ, "PREFECT_HOME": str(folder), "PREFECT_API_URL": url}


def _check_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise SettingsError(
            f"port {port} cannot be used ({error.strerror}); choose another with --port, or set"
            " PREFECT_API_URL if a Prefect server runs there"
        ) from error


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SettingsError(f"the Prefect server ended at once; {str(log)!r} says why")
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", timeout=1.0).is_success:
                return
        time.sleep(LOOK_S)
    raise SettingsError(f"the Prefect server was not up after {START_LIMIT_S:g} s; {str(log)!r} says why")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GOODBYE_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

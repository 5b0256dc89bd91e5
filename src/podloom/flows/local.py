"""A Prefect server of our own, for one person: a child process that ends with its context."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from podloom.errors import SettingsError

START_LIMIT_S = 120.0
"""A first start migrates a new database."""
LOOK_S = 0.1
GOODBYE_S = 10.0


@contextmanager
def local_server(folder: Path, port: int) -> Iterator[str]:
    """The API's address of a server that keeps everything in `folder`.

    Raises:
        SettingsError: The port is taken, or the server does not start.
    """
    _check_port(port)
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}/api"
    log_path = folder / "server.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [*_COMMAND, "--port", str(port)],
            env=_environment(folder, url),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is ours: the server stays up until the runs have said how they ended.
            start_new_session=True,
        )
        try:
            _wait_until_up(process, url, log_path)
            yield url
        finally:
            _stop(process)


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

"""The library beside something else that runs: `podloom serve` shows what its runs make."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from podloom.serving.threaded import ThreadedServer
from podloom.settings import Settings

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened at


@contextmanager
def shown_library(settings: Settings, tell: Callable[[str], None]) -> Iterator[str]:
    """Its address while the block runs; "" when there is none, which stops nobody from making episodes."""
    host, port = settings.listening.host, settings.listening.port
    if not port:
        yield ""
        return
    try:
        listener = socket.create_server((host, port), family=_family(host))
    except OSError as error:
        tell(
            f"no library: {host!r} port {port} cannot be used ({error.strerror}); see PODLOOM_LISTENING_PORT"
        )
        yield ""
        return
    from podloom.serving.library import library  # noqa: PLC0415 - starlette, the rooms

    with ThreadedServer(library(settings.library_folder), listener, "library"):
        url = settings.listening.url or _url(host, port)
        tell(f"listen at {url}")
        yield url


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _url(host: str, port: int) -> str:
    name = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"

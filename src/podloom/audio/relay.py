"""Passes the encoder's bytes on in a thread of its own, so that no listener makes the encoder wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Relay:
    """Calls `take` with everything that has come meanwhile, in order; `take` deals with its own errors."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="relay")
        self._lock = threading.Lock()
        self._waiting = bytearray()

    def write(self, encoded: bytes) -> None:
        """Pass this on; returns at once."""
        with self._lock:
            self._waiting += encoded
        self._executor.submit(self._pass_on)

    def close(self) -> None:
        """Wait until all is passed on; may be called twice."""
        self._executor.shutdown(wait=True)

    def _pass_on(self) -> None:
        with self._lock:
            encoded, self._waiting = bytes(self._waiting), bytearray()
        if encoded:
            self._take(encoded)

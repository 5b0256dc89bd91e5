"""A speech server that is down: the fallback engine speaks its lines until it answers again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from podloom.errors import ProviderError

REST_S = 30.0
"""So long after a failure lines go to the fallback at once: each call would fail after all its retries."""


@dataclass
class Outage:
    """Whether the run's engine is down; only errors that may pass count, a wrong key does not."""

    error: ProviderError | None = None
    until_s: float = 0.0

    def begin(self, error: ProviderError) -> None:
        """The engine has just failed after its retries."""
        self.error, self.until_s = error, time.monotonic() + REST_S

    def check(self) -> None:
        """Raise what it failed with, while it rests.

        Raises:
            ProviderError: It is down.
        """
        if self.error is not None and time.monotonic() < self.until_s:
            raise self.error

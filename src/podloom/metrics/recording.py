"""The process's metrics: built when somebody wants to see them, and free until then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from podloom.domain import Alert, RunEnd

if TYPE_CHECKING:
    from podloom.metrics.prometheus import Metrics, QueueReader

_lock = threading.Lock()
_metrics: Metrics | None = None
_running = 0


def process_metrics(queues: QueueReader) -> Metrics:
    """The metrics of this process; the first call builds them, and what ends after it is counted."""
    global _metrics  # noqa: PLW0603 - one a process is the point
    from podloom.metrics.prometheus import Metrics  # noqa: PLC0415 - prometheus_client, if wanted at all

    with _lock:
        if _metrics is None:
            _metrics = Metrics(queues, lambda: _running)
        return _metrics


def observe(end: RunEnd) -> None:
    """Count a run that ended, if metrics are wanted."""
    if _metrics is not None:
        _metrics.observe(end)


def observe_alert(alert: Alert) -> None:
    """Note an alert, if metrics are wanted."""
    if _metrics is not None:
        _metrics.observe_alert(alert)


@contextmanager
def counted() -> Iterator[None]:
    """A run under way; counted also before anybody wants to see it."""
    global _running  # noqa: PLW0603 - see above
    with _lock:
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1

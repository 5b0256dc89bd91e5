"""The process's metrics with its speech queues: for `podloom serve`, and for an application to mount."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from podloom.metrics.recording import process_metrics
from podloom.settings import Settings
from podloom.tts.queue import queue_lengths

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


def metrics_registry() -> CollectorRegistry:
    """The registry with Podloom's metrics; runs that end after the first call are counted."""
    return process_metrics(queue_lengths).registry


def metrics_app() -> Any:
    """The registry as an ASGI application, to be mounted at /metrics."""
    from prometheus_client import make_asgi_app  # noqa: PLC0415 - if wanted at all

    return make_asgi_app(metrics_registry())


@contextmanager
def shown_metrics(settings: Settings) -> Iterator[str]:
    """The address at which this process shows its metrics meanwhile; "" if the settings have no port.

    Raises:
        SettingsError: The port cannot be used.
    """
    if not settings.metrics.port:
        yield ""
        return
    from podloom.metrics.endpoint import metrics_server  # noqa: PLC0415 - if wanted at all

    with metrics_server(metrics_registry(), settings.metrics) as address:
        yield address

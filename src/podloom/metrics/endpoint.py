"""/metrics over HTTP: a small server of its own, or an application to mount."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from podloom.errors import SettingsError
from podloom.settings import MetricsSettings


@contextmanager
def metrics_server(registry: CollectorRegistry, settings: MetricsSettings) -> Iterator[str]:
    """Answers at the port of the settings, from a thread, as long as the context; yields the address.

    Raises:
        SettingsError: The port cannot be used.
    """
    host, port = settings.host, settings.port
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise SettingsError(
            f"PODLOOM_METRICS_PORT {port} on {host!r} cannot be used ({error.strerror}); every worker on a"
            " machine needs a port of its own, 0 is none"
        ) from error
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""`podloom serve`: everything that is needed to make episodes from the browser, in one command."""

from __future__ import annotations

import os
import threading
from contextlib import nullcontext
from typing import Annotated

import typer

from podloom.cli.output import console
from podloom.errors import PodloomError
from podloom.flows.local import LocalServer
from podloom.settings import load_settings

POLL_S = "0.5"
LEAVE_S = 10.0
"""Longest time between "stopped" and the end: Prefect's threads go on asking for a server that is gone."""


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the Prefect server and its UI.")] = 4200,
    limit: Annotated[int, typer.Option(min=1, help="Episodes made at once.")] = 3,
    health_check: Annotated[
        bool, typer.Option("--health-check", help="Answer at port 8080, /health, while the worker polls.")
    ] = False,
) -> None:
    """Start a Prefect server, deploy the flows and run what is asked for, until Ctrl-C.

    With PREFECT_API_URL set there is no server to start: this is then one more worker for that one. Episodes,
    also those that are being made, can be heard at an address of their own.
    """
    from podloom.serving.shown import shown_library  # noqa: PLC0415 - starlette, only where it is served
    from podloom.stages.metering import shown_metrics  # noqa: PLC0415 - imports the rooms

    screen, given = console(), os.environ.get("PREFECT_API_URL", "")
    settings = load_settings()
    own = None if given else LocalServer(settings.home / "prefect", port)
    url = own.url if own else given
    library = shown_library(settings, screen.print)
    with shown_metrics(settings) as metrics, own or nullcontext(), library as listen_at:
        if metrics:
            screen.print(f"metrics for Prometheus: {metrics}")
        if own:
            screen.print(f"open {url.removesuffix('/api')} and run generate-podcast; Ctrl-C stops everything")
            screen.print(
                "SQLite is good for about three episodes at once; for more, set"
                " PREFECT_API_DATABASE_CONNECTION_URL to PostgreSQL"
            )
        # Prefect reads its environment when it is imported.
        os.environ["PREFECT_API_URL"] = url
        if listen_at:  # runs tell where they can be heard
            os.environ["PODLOOM_LISTENING_URL"] = listen_at
        os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", POLL_S)
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
        from podloom.flows.serving import serve as serve_flows  # noqa: PLC0415 - Prefect reads the environment that is set above

        check = own.check if own else lambda: None
        try:
            stopped = serve_flows(
                limit, screen.print, health_check=health_check, hand_over=own is None, check=check
            )
        except PodloomError as error:
            _leave_in(LEAVE_S, error.exit_code)
            raise
        _leave_in(LEAVE_S)
    if not stopped:
        screen.print("gave up waiting for runs to stop; `podloom resume` goes on with them")
        # Threads of what hangs would keep the process alive.
        os._exit(1)


def _leave_in(seconds: float, code: int = 0) -> None:
    """End the process by then, whatever its other threads wait for; all runs have ended."""
    leaving = threading.Timer(seconds, os._exit, args=[code])
    leaving.daemon = True
    leaving.start()

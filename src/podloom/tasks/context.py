"""How the API hands a flow what is not JSON: settings of its own and a progress callback."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from podloom.domain.review import Reviewer
from podloom.settings import Settings, load_settings
from podloom.telemetry import EventCallback, ProgressCallback


@dataclass(frozen=True)
class Given:
    """What the caller of `generate_podcast` gave beside the request."""

    settings: Settings
    on_progress: ProgressCallback | None = None
    on_event: EventCallback | None = None
    reviewer: Reviewer | None = None
    """Who reviews the script in this process; else the run is suspended for that."""


_given: ContextVar[Given | None] = ContextVar("podloom_given", default=None)


def give(given: Given) -> None:
    """For the flow that is started next in this context."""
    _given.set(given)


def given() -> Given:
    """What was given in this process, else the environment's settings (a worker, a schedule, the UI)."""
    return _given.get() or Given(load_settings())

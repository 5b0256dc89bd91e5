"""How the API hands a flow what is not JSON: settings of its own and a progress callback."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from podloom.settings import Settings, load_settings
from podloom.telemetry import ProgressCallback


@dataclass(frozen=True)
class Given:
    """What the caller of `generate_podcast` gave beside the request."""

    settings: Settings
    on_progress: ProgressCallback | None = None


_given: ContextVar[Given | None] = ContextVar("podloom_given", default=None)


def give(given: Given) -> None:
    """For the flow that is started next in this context."""
    _given.set(given)


def given() -> Given:
    """What was given in this process, else the environment's settings (a worker, a schedule, the UI)."""
    return _given.get() or Given(load_settings())

"""What a script, a notebook or a service calls."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podloom.api.making import build_request, generate_podcast, generate_podcast_async
    from podloom.api.runs import EpisodeRun, Events
    from podloom.api.starting import (
        Where,
        start_podcast,
        start_podcast_async,
        submit_podcast,
        submit_podcast_async,
    )
    from podloom.domain.base import Orchestration

_STARTING = ("Where", "start_podcast", "start_podcast_async", "submit_podcast", "submit_podcast_async")
_HOMES = {
    "podloom.api.making": ("build_request", "generate_podcast", "generate_podcast_async"),
    "podloom.api.starting": _STARTING,
    "podloom.api.runs": ("EpisodeRun", "Events"),
    "podloom.domain.base": ("Orchestration",),
}
"""Where each name is."""

__all__ = [
    "EpisodeRun",
    "Events",
    "Orchestration",
    "Where",
    "build_request",
    "generate_podcast",
    "generate_podcast_async",
    "start_podcast",
    "start_podcast_async",
    "submit_podcast",
    "submit_podcast_async",
]


def __getattr__(name: str) -> Any:
    """Import on first use, and no more than that needs."""
    for home, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(home), name)
            return value
    raise AttributeError(f"module 'podloom.api' has no attribute {name!r}")

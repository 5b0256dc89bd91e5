"""What a script, a notebook or a service calls."""

from __future__ import annotations

from podloom.api.making import Orchestration, build_request, generate_podcast, generate_podcast_async
from podloom.api.runs import EpisodeRun, Events
from podloom.api.starting import (
    Where,
    start_podcast,
    start_podcast_async,
    submit_podcast,
    submit_podcast_async,
)

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

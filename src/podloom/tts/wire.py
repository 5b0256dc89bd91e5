"""What Podloom's speech server and its clients tell each other beside OpenAI's API.

A client learns from the list of models that it talks to Podloom, and sends these headers to nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from podloom.domain import Priority, Voice

OWNER = "podloom-speech"
"""`owned_by` of the models that a server of ours lists."""
UNSPEAKABLE = "unspeakable"
"""`code` of the error for a text that the engine cannot speak."""

PRIORITY_HEADER = "x-podloom-priority"
EPISODE_HEADER = "x-podloom-episode"
POSITION_HEADER = "x-podloom-position"
DEADLINE_HEADER = "x-podloom-deadline"
"""Seconds from now; below 0 when it is over."""
LANGUAGE_HEADER = "x-podloom-language"
SEED_HEADER = "x-podloom-seed"


@dataclass(frozen=True)
class Place:
    """Whose line it is that is being spoken: what a queue decides by."""

    priority: Priority = "normal"
    episode: str = ""
    """Episodes share evenly."""
    position: float = 0.0
    """In playback; a smaller one first."""
    deadline_s: float = math.inf
    """Of the episode, on `time.monotonic` of this process."""


NOWHERE = Place()
place: ContextVar[Place] = ContextVar("podloom_place", default=NOWHERE)
"""Of the job that this task runs; set by the speech queue."""


class Offer(BaseModel):
    """The answer to GET /v1/audio/voices: the engine behind the server and what it can say."""

    model_config = ConfigDict(frozen=True)

    engine: str
    version: str
    """Also the name of the model that this engine, and no other version of it, answers to."""
    seeded: bool
    directable: bool
    """Whether instructions change anything."""
    voices: tuple[Voice, ...]
    timbres: dict[str, Sequence[float]] = {}
    """By voice, where they were measured; see tts/likeness.py."""

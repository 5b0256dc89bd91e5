"""What an engine tells whoever chooses one: what it lacks, and whether it can be used here and now.

It is told by a module of the engine's that costs nothing to import, see ENGINES. That module has

    missing_packages() -> list[str]                      what its extra would install and is not there
    readiness(settings, language, speakers) -> Readiness where there is more to be said than that
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from podloom.domain import Language
from podloom.settings import Settings


class Readiness(NamedTuple):
    """Of one engine for one episode."""

    ready: bool
    why: str = ""
    """What a person should know of it; "" for an engine that nobody has set up."""


class Telling(Protocol):
    """A module that tells of an engine."""

    def missing_packages(self) -> list[str]:
        """What its extra would install and is not there."""
        ...

    def readiness(self, settings: Settings, language: Language, speakers: int) -> Readiness:
        """Whether it can speak the language with so many voices."""
        ...

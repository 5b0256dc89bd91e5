"""What an engine tells whoever chooses one: whether it can be used here and now, and why or why not."""

from __future__ import annotations

from typing import NamedTuple


class Readiness(NamedTuple):
    """Of one engine for one episode."""

    ready: bool
    why: str = ""
    """What a person should know of it; "" for an engine that nobody has set up."""

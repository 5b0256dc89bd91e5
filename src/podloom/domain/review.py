"""A script before it is voiced: what its reviewer sees and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from podloom.domain.base import Frozen
from podloom.domain.script import Script

Decision = Literal["approve", "edit", "reject"]


class Review(Frozen):
    """A reviewer's answer."""

    decision: Decision
    note: str = ""
    """For the writer, with a rejection."""
    script: str = ""
    """With an edit: the Markdown that was shown, changed; the JSON of a script; or the path of either."""


class Rejection(Frozen):
    """What the writer is told about a version that was rejected."""

    note: str
    chapters: tuple[str, ...]
    """Titles of the version's chapters."""
    quoted: tuple[str, ...] = ()
    """The lines whose numbers the note names."""


class ScriptDraft(Frozen):
    """A script on its way to approval."""

    script: Script | None = None
    """None while it is to be written, anew after a rejection."""
    rejections: tuple[Rejection, ...] = ()
    approved: bool = False
    fault: str = ""
    """Why the last answer could not be used; the reviewer is asked again."""
    answers: int = 0


Reviewer = Callable[[ScriptDraft], Review | Awaitable[Review]]
"""Somebody in this process who reviews; one that is not asynchronous is called in a thread."""

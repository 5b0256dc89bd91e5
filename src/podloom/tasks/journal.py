"""What has happened in a run, on its page: a table for people, the same for whoever follows from elsewhere.

One Markdown artifact, written anew at most once a second. The events themselves are in a comment behind the
table, which browsers do not show. No Prefect in here: a follower reads it without.
"""

from __future__ import annotations

from collections import deque

from pydantic import TypeAdapter, ValidationError

from podloom.domain.events import Event, LineVoiced
from podloom.domain.progress import clock, shortened
from podloom.tasks.hidden import hidden, revealed

Numbered = tuple[int, Event]
JOURNAL = "episode-journal"
"""Key of the artifact."""
KEPT_LINES = 30
"""Voiced lines on the page, the newest; a follower looks twice a second."""
KEPT_REST = 300
SHOWN_CHARS = 40
"""Of a voiced line, in the table."""
ENTRIES: TypeAdapter[list[Numbered]] = TypeAdapter(list[Numbered])


class Journal:
    """Collects a run's events; older voiced lines are forgotten, everything else stays."""

    def __init__(self) -> None:
        self._lines: deque[Numbered] = deque(maxlen=KEPT_LINES)
        self._rest: deque[Numbered] = deque(maxlen=KEPT_REST)
        self.count = 0

    def take(self, event: Event) -> None:
        """The next event."""
        self.count += 1
        (self._lines if isinstance(event, LineVoiced) else self._rest).append((self.count, event))

    def markdown(self) -> str:
        """The page, newest first."""
        entries = sorted([*self._lines, *self._rest], key=lambda entry: entry[0])
        rows = [f"| {clock(event.at_s)} | {_plain(_sentence(event))} |" for _, event in reversed(entries)]
        events = hidden("events", ENTRIES.dump_json(entries).decode())
        return "\n".join(["| After | What happened |", "|---|---|", *rows, "", events, ""])


def read_journal(markdown: str) -> list[Numbered]:
    """The events behind the page, oldest first; none where another version of Podloom wrote it."""
    try:
        return ENTRIES.validate_json(revealed("events", markdown) or "[]")
    except ValidationError:
        return []


def _sentence(event: Event) -> str:
    """A cell does not wrap, and a line can be long; the events behind the table have all of it."""
    if isinstance(event, LineVoiced):
        event = event.model_copy(update={"text": shortened(event.text, SHOWN_CHARS)})
    return str(event)


def _plain(text: str) -> str:
    """One line, with nothing that ends a table's cell or begins a comment."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())

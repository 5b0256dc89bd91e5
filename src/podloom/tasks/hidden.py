"""Values for programs on a run's page: Markdown comments, which browsers do not show. No Prefect in here."""

from __future__ import annotations

import re


def hidden(name: str, json: str) -> str:
    """The comment; nothing in it may end it."""
    escaped = json.replace(">", "\\u003e")
    return f"<!-- podloom-{name} {escaped} -->"


def revealed(name: str, markdown: str) -> str:
    """The JSON in the comment of that name, "" where there is none."""
    found = re.search(rf"<!-- podloom-{name} (.*?) -->", markdown, re.DOTALL)
    return found[1] if found else ""

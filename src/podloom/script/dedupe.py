"""What the parts of a chapter say that are done: so that a later one does not repeat an earlier one.

Parts are written at the same time. The later one gives way, whichever was there first: else the same answers
would make another script when they take other times.
"""

from __future__ import annotations

from podloom.script.check import runs, words


class SpokenRuns:
    """Runs of eight words, and the first part of the chapter that says them."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, ...], int] = {}

    def add(self, text: str, part: int) -> None:
        """Remember what a part says; parts come in order."""
        for run in runs(words(text)):
            self._said.setdefault(run, part)

    def repeated(self, text: str, part: int) -> str:
        """The first words of `text` that an earlier part says; "" if there are none."""
        for run in runs(words(text)):
            if self._said.get(run, part) < part:
                return " ".join(run)
        return ""

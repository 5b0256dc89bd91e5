"""What the parallel writers of one chapter have said: so that none repeats another while it still writes."""

from __future__ import annotations

from podloom.script.check import runs, words


class SpokenRuns:
    """Runs of eight words, and which part of the chapter said them first."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, ...], int] = {}

    def add(self, text: str, part: int) -> None:
        """Remember what a part says."""
        for run in runs(words(text)):
            self._said.setdefault(run, part)

    def repeated(self, text: str, part: int) -> str:
        """The first words of `text` that another part has said already; "" if there are none."""
        for run in runs(words(text)):
            if self._said.get(run, part) != part:
                return " ".join(run)
        return ""

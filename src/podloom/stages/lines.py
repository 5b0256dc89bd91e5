"""The way from the writers to the mixer: each chapter's lines in order, as soon as they are known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from podloom.domain import Clip, Segment


@dataclass(frozen=True)
class VoicedLine:
    """A segment and the clip that is being made for it."""

    segment: Segment
    clip: asyncio.Future[Clip]
    place: int = 0
    """In the speech queue, within its chapter."""


class LinesWithdrawnError(Exception):
    """Raised to the mixer when lines that it may have mixed are void: it begins again."""


class ChapterLines:
    """One chapter on its way; written by its writer, read by the mixer, perhaps more than once."""

    def __init__(self) -> None:
        self._lines: list[VoicedLine] = []
        self._complete = False
        self._kept: list[int] = []
        """How many lines were left by each withdrawal."""
        self._changed = asyncio.Event()

    @property
    def withdrawals(self) -> int:
        """How often lines became void."""
        return len(self._kept)

    def known(self) -> tuple[VoicedLine, ...]:
        """The lines there are now."""
        return tuple(self._lines)

    def put(self, line: VoicedLine) -> None:
        """The next line."""
        self._lines.append(line)
        self._tell()

    def withdraw(self, keep: int) -> Sequence[VoicedLine]:
        """Make all lines but the first `keep` void; returns them."""
        void = self._lines[keep:]
        del self._lines[keep:]
        self._complete = False
        self._kept.append(len(self._lines))
        self._tell()
        return void

    def finish(self) -> tuple[VoicedLine, ...]:
        """No line comes any more, unless one cannot be voiced and the chapter is tried again."""
        self._complete = True
        self._tell()
        return tuple(self._lines)

    async def read(self) -> AsyncIterator[VoicedLine]:
        """Every line in order; ends with the chapter.

        Raises:
            LinesWithdrawnError: Something that was read before is void.
        """
        withdrawals, position = self.withdrawals, 0
        while True:
            if min(self._kept[withdrawals:], default=position) < position:
                raise LinesWithdrawnError
            withdrawals = self.withdrawals
            if position < len(self._lines):
                position += 1
                yield self._lines[position - 1]
            elif self._complete:
                return
            else:
                await self._change()

    async def withdrawn(self, after: int) -> None:
        """Wait until lines are void that were not at `after` withdrawals."""
        while self.withdrawals == after:
            await self._change()

    async def _change(self) -> None:
        changed = self._changed
        await changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

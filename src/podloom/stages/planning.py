"""The way from the outline's writer to the chapters' writers: the plan, then details as they become known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from podloom.domain import ChapterPlan, Frozen, Outline
from podloom.errors import ScriptError

T = TypeVar("T")


class CompleteOutline(Frozen):
    """What is remembered of an outline: the plan, and its chapters with their details."""

    plan: Outline
    chapters: tuple[ChapterPlan, ...]


class OutlineInProgress:
    """An outline whose plan is known before its details; filled by a task that goes on in the background."""

    def __init__(self) -> None:
        self._plan: Outline | None = None
        self._details: dict[int, ChapterPlan] = {}
        self._changed = asyncio.Event()
        self._work: asyncio.Task[Any] | None = None

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do the work that puts the parts in; its error reaches whoever waits for a part."""
        self._work = asyncio.create_task(work)
        self._work.add_done_callback(lambda _: self._tell())

    def put(self, part: Outline | ChapterPlan) -> None:
        """The plan, or a chapter of it with its details."""
        if isinstance(part, Outline):
            self._plan = part
        else:
            self._details[part.index] = part
        self._tell()

    def complete(self) -> CompleteOutline:
        """All of it, when the work is done.

        Raises:
            ScriptError: A part is missing.
        """
        if self._plan is None or len(self._details) < len(self._plan.chapters):
            raise ScriptError("the writer ended before it had planned every chapter; run it again")
        chapters = tuple(self._details[chapter.index] for chapter in self._plan.chapters)
        return CompleteOutline(plan=self._plan, chapters=chapters)

    async def plan(self) -> Outline:
        """The plan, as soon as it is known."""
        return await self._until(lambda: self._plan)

    async def details(self, chapter: int) -> ChapterPlan:
        """The chapter with its details, as soon as they are known."""
        return await self._until(lambda: self._details.get(chapter))

    async def close(self) -> None:
        """End the work."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _until(self, look: Callable[[], T | None]) -> T:
        while (found := look()) is None:
            if self._work is None or self._work.done():
                if self._work is not None:
                    self._work.result()
                raise ScriptError("nobody plans this part of the outline; write the outline first")
            await self._changed.wait()
        return found

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

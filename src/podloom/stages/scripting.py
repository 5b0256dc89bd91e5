"""Stage: the whole script without a voice, for a reviewer."""

from __future__ import annotations

import asyncio

from podloom.domain import ChapterPlan, ChapterScript, Outline, Script, Segment, SourceDocument
from podloom.script.writer import Upcoming
from podloom.stages.chapter import opening_lines, write_lines
from podloom.stages.outline import write_outline
from podloom.stages.retelling import settled_lines
from podloom.stages.run import Run


class Page:
    """Takes a chapter's lines and voices none of them."""

    def __init__(self, run: Run, chapter: ChapterPlan) -> None:
        self._opening = opening_lines(run, chapter)
        self.lines = list(self._opening)

    def add(self, segment: Segment) -> None:
        """The writer's next line."""
        self.lines.append(segment.model_copy(update={"index": len(self.lines)}))

    def hint(self, line: Upcoming) -> None:
        """It comes again."""

    def withdraw(self) -> None:
        """The writer's lines are void."""
        self.lines = list(self._opening)


async def write_script(run: Run, documents: tuple[SourceDocument, ...]) -> Script:
    """Everything that would be spoken, from the cache or from the writer; nothing of an earlier version.

    Raises:
        ScriptError: The writer's answers stayed unusable.
        ProviderError: Its server failed.
    """
    run.texts.clear()
    run.telemetry.report(chapters_done=0)
    outline = await write_outline(run, documents)
    writing = [
        asyncio.create_task(_write_chapter(run, documents, outline, chapter)) for chapter in outline.chapters
    ]
    try:
        chapters = await asyncio.gather(*writing)
    except BaseException:
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        raise
    return run.script(outline, tuple(chapters))


async def _write_chapter(
    run: Run, documents: tuple[SourceDocument, ...], outline: Outline, chapter: ChapterPlan
) -> ChapterScript:
    page = Page(run, chapter)
    await write_lines(run, documents, outline, chapter, page)
    segments = await settled_lines(run, chapter.index, tuple(page.lines))
    progress = run.telemetry.progress
    run.telemetry.report(chapters_done=progress.chapters_done + 1)
    return ChapterScript(index=chapter.index, title=chapter.title, segments=segments)

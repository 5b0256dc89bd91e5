"""Stage: one chapter, written and voiced line by line."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, Protocol, cast

from podloom.cache.keys import cache_key
from podloom.domain import ChapterPlan, ChapterScript, Outline, Segment, SourceDocument
from podloom.domain.events import ChapterWritten
from podloom.script.frame import frame_lines
from podloom.script.replay import ReplayWriter
from podloom.script.writer import Upcoming, Withdrawn
from podloom.stages.lines import VoicedLine
from podloom.stages.outline import chapter_details, outline_key
from podloom.stages.patience import given_time
from podloom.stages.remembered import fits
from podloom.stages.retelling import settled_lines
from podloom.stages.run import Run
from podloom.stages.voicing import ChapterInProgress


class LineTaker(Protocol):
    """Takes the lines of a chapter from its writer."""

    def add(self, segment: Segment) -> None:
        """The writer's next line."""
        ...

    def hint(self, line: Upcoming) -> None:
        """A line whose turn comes later; it comes again."""
        ...

    def withdraw(self) -> None:
        """The writer's lines so far are void."""
        ...


def opening_lines(run: Run, chapter: ChapterPlan) -> list[Segment]:
    """What Podloom itself says before the writer's first line; an edited script has it already."""
    if chapter.index > 0 or isinstance(run.writer, ReplayWriter):
        return []
    speaker = run.speakers[0].name
    texts = frame_lines(run.request, run.speakers)
    return [Segment(chapter=0, index=i, speaker=speaker, text=text) for i, text in enumerate(texts)]


async def write_chapter(
    run: Run, documents: tuple[SourceDocument, ...], outline: Outline, chapter: ChapterPlan
) -> ChapterScript:
    """Write one chapter and voice each line as soon as it is known; returns when all have a clip.

    Raises:
        ScriptError: The writer's answers stayed unusable.
        SpeechError: A line cannot be voiced.
        ProviderError: A server failed.
    """
    progress = ChapterInProgress(run, chapter.index, opening_lines(run, chapter))
    writing = asyncio.ensure_future(_write_text(run, documents, outline, chapter, progress))
    try:
        lines = await progress.unless_failed(writing)
        await progress.voiced(lines)
    except BaseException:
        await progress.abandon(writing)
        raise
    run.telemetry.report(chapters_done=run.telemetry.progress.chapters_done + 1)
    segments = tuple(line.segment for line in lines)
    return ChapterScript(index=chapter.index, title=chapter.title, segments=segments)


async def _write_text(
    run: Run,
    documents: tuple[SourceDocument, ...],
    outline: Outline,
    chapter: ChapterPlan,
    progress: ChapterInProgress,
) -> tuple[VoicedLine, ...]:
    """All lines as they will be spoken, when they are known."""
    await write_lines(run, documents, outline, chapter, progress)
    lines = progress.settle(await settled_lines(run, chapter.index, progress.segments))
    run.telemetry.tell(ChapterWritten(chapter=chapter.index + 1, title=chapter.title, lines=len(lines)))
    return lines


async def write_lines(
    run: Run,
    documents: tuple[SourceDocument, ...],
    outline: Outline,
    chapter: ChapterPlan,
    progress: LineTaker,
) -> None:
    """From the writer, line by line, or all at once from the script tier.

    Who is stopped while a chapter is nearly written waits for it: the next run finds it.
    """
    details = await chapter_details(run, chapter.index)

    async def make() -> bytes:
        segments: list[Segment] = []
        # Every writer's lines are an async generator: closing it ends its calls.
        lines = cast("Any", run.writer.write_chapter(run.brief, documents, outline, details))
        async with aclosing(lines):
            async for line in lines:
                if isinstance(line, Withdrawn):
                    run.telemetry.counters["script.withdrawn"] += 1
                    segments.clear()
                    progress.withdraw()
                elif isinstance(line, Upcoming):
                    progress.hint(line)
                else:
                    segments.append(line)
                    progress.add(line)
        script = ChapterScript(index=chapter.index, title=chapter.title, segments=tuple(segments))
        return script.model_dump_json().encode()

    key = cache_key(
        "script",
        outline=outline.model_dump(mode="json"),
        chapter=details.model_dump(mode="json"),
        about=outline_key(run, documents),
    )
    made = await given_time(run.cache.get_or_make("script", key, make, fits(ChapterScript)))
    if made.hit:  # somebody else wrote it, perhaps while we waited
        for segment in ChapterScript.model_validate_json(made.value).segments:
            progress.add(segment)

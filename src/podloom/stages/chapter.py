"""Stage: one chapter, written and voiced line by line."""

from __future__ import annotations

import asyncio
from typing import Any

from podloom.cache.keys import cache_key
from podloom.domain import ChapterPlan, ChapterScript, Clip, Outline, Segment, SourceDocument
from podloom.script.frame import frame_lines
from podloom.script.writer import Withdrawn
from podloom.stages.lines import VoicedLine
from podloom.stages.outline import outline_key
from podloom.stages.run import Run
from podloom.stages.voice import voice_segment

PAID_S = 20.0
"""Longest wait of a run that fails for answers that are on their way."""


class ChapterInProgress:
    """Lines of a chapter as they become known, each with its clip under way."""

    def __init__(self, run: Run, chapter: ChapterPlan) -> None:
        self._run, self._chapter = run, chapter
        self._lines = run.lines(chapter.index)
        self._clips: list[asyncio.Future[Clip]] = []
        self._abandoned = False
        self._opening = opening_lines(run, chapter)
        for segment in self._opening:
            self._voice(segment)

    def add(self, segment: Segment) -> None:
        """Take the writer's next line; what opens the chapter comes before its first."""
        self._voice(segment.model_copy(update={"index": len(self._lines.known())}))

    def withdraw(self) -> None:
        """Forget the writer's lines and stop their clips."""
        for line in self._lines.withdraw(keep=len(self._opening)):
            line.clip.cancel()
        self._tell()

    def complete(self) -> tuple[VoicedLine, ...]:
        """All lines are known."""
        return self._lines.finish()

    async def abandon(self, writing: asyncio.Future[None]) -> None:
        """Stop everything that is under way and wait until it has stopped; the chapter may be tried again.

        In a run that fails, what is being paid for at this moment is waited for: the next run finds it.
        """
        self._abandoned = True
        works: set[asyncio.Future[Any]] = {writing, *self._clips}
        paid = {work for work in works if work is writing or work in self._run.paying}
        for work in works - paid:
            work.cancel()
        try:
            if self._run.failing:
                await asyncio.wait(paid, timeout=PAID_S)
        finally:
            for work in paid:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            self._lines.withdraw(keep=0)

    def _voice(self, segment: Segment) -> None:
        if self._abandoned:  # the writer goes on for the next run, which will find its lines
            return
        clip = asyncio.ensure_future(voice_segment(self._run, segment))
        self._clips.append(clip)
        self._lines.put(VoicedLine(segment, clip))
        self._tell()

    def _tell(self) -> None:
        telemetry = self._run.telemetry
        known = telemetry.segments_known
        known[self._chapter.index] = len(self._lines.known())
        telemetry.report(segments=sum(known.values()))


def opening_lines(run: Run, chapter: ChapterPlan) -> list[Segment]:
    """What Podloom itself says before the writer's first line; an edited script has it already."""
    if chapter.index > 0 or run.request.script:
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
    progress = ChapterInProgress(run, chapter)
    writing = asyncio.ensure_future(_write(run, documents, outline, chapter, progress))
    try:
        await asyncio.shield(writing)
        lines = progress.complete()
        await asyncio.gather(*(line.clip for line in lines))
    except BaseException as error:
        run.failing |= not isinstance(error, asyncio.CancelledError)
        await progress.abandon(writing)
        raise
    run.telemetry.report(chapters_done=run.telemetry.progress.chapters_done + 1)
    segments = tuple(line.segment for line in lines)
    return ChapterScript(index=chapter.index, title=chapter.title, segments=segments)


async def _write(
    run: Run,
    documents: tuple[SourceDocument, ...],
    outline: Outline,
    chapter: ChapterPlan,
    progress: ChapterInProgress,
) -> None:
    """From the writer, line by line, or all at once from the script tier."""

    async def make() -> bytes:
        segments: list[Segment] = []
        async for line in run.writer.write_chapter(run.brief, documents, outline, chapter):
            if isinstance(line, Withdrawn):
                run.telemetry.counters["script.withdrawn"] += 1
                segments.clear()
                progress.withdraw()
            else:
                segments.append(line)
                progress.add(line)
        script = ChapterScript(index=chapter.index, title=chapter.title, segments=tuple(segments))
        return script.model_dump_json().encode()

    key = cache_key(
        "script",
        outline=outline.model_dump(mode="json"),
        chapter=chapter.index,
        about=outline_key(run, documents),
    )
    made = await run.cache.get_or_make("script", key, make)
    if made.hit:  # somebody else wrote it, perhaps while we waited
        for segment in ChapterScript.model_validate_json(made.value).segments:
            progress.add(segment)

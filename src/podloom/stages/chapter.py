"""Stage: one chapter, written and voiced line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from typing import Any, Protocol, cast

from podloom.cache.keys import cache_key
from podloom.domain import ChapterPlan, ChapterScript, Clip, Delivery, Outline, Segment, SourceDocument
from podloom.domain.events import ChapterWritten
from podloom.errors import PodloomError
from podloom.script.frame import frame_lines
from podloom.script.replay import ReplayWriter
from podloom.script.writer import Upcoming, Withdrawn
from podloom.stages.lines import VoicedLine
from podloom.stages.outline import chapter_details, outline_key
from podloom.stages.remembered import fits
from podloom.stages.retelling import settled_lines
from podloom.stages.run import Run
from podloom.stages.voice import LATER, voice_segment

PAID_S = 20.0
"""Longest wait of a run that fails for answers that are on their way."""


class LaterLine(Segment):
    """A line whose turn comes later; it has a place in the queue, and no number yet."""

    @property
    def label(self) -> str:
        """For people."""
        return f"chapter {self.chapter + 1}, a later line"


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


class ChapterInProgress:
    """Lines of a chapter as they become known, each with its clip under way."""

    def __init__(self, run: Run, chapter: ChapterPlan) -> None:
        self._run, self._chapter = run, chapter
        self._lines = run.lines(chapter.index)
        self._clips: list[asyncio.Future[Clip]] = []
        self._abandoned = False
        self._hints: list[asyncio.Future[Clip]] = []
        self._early: dict[tuple[str, str, Delivery], asyncio.Future[Clip]] = {}
        self._opening = opening_lines(run, chapter)
        for segment in self._opening:
            self._voice(segment)

    def add(self, segment: Segment) -> None:
        """Take the writer's next line; what opens the chapter comes before its first."""
        self._voice(segment.model_copy(update={"index": len(self._lines.known())}))

    def hint(self, line: Upcoming) -> None:
        """Begin with the clip of a line whose turn comes later."""
        wanted = (line.speaker, line.text, line.delivery)
        if self._abandoned or wanted in self._early:
            return
        place = LATER + len(self._hints)
        segment = LaterLine(chapter=self._chapter.index, index=place, **vars(line))
        self._early[wanted] = clip = asyncio.ensure_future(voice_segment(self._run, segment))
        self._hints.append(clip)
        self._clips.append(clip)
        self._tell()

    def withdraw(self) -> None:
        """Forget the writer's lines and stop their clips."""
        for clip in self._hints:
            clip.cancel()
        self._early.clear()
        for line in self._lines.withdraw(keep=len(self._opening)):
            line.clip.cancel()
        self._tell()

    def settle(self, segments: Sequence[Segment]) -> tuple[VoicedLine, ...]:
        """All lines are known, and these are they; only those that have changed are voiced again."""
        known = self._lines.known()
        changed = [index for index, line in enumerate(known) if line.segment != segments[index]]
        for old in self._lines.withdraw(keep=changed[0]) if changed else ():
            segment = segments[old.segment.index]
            if segment == old.segment:
                self._lines.put(old)
            else:
                old.clip.cancel()
                self._voice(segment)
        return self._lines.finish()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Of the lines that are known."""
        return tuple(line.segment for line in self._lines.known())

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
        early = self._early.pop((segment.speaker, segment.text, segment.delivery), None)
        clip = asyncio.ensure_future(self._clip(segment, early))
        self._clips.append(clip)
        self._lines.put(VoicedLine(segment, clip))
        self._tell()

    async def _clip(self, segment: Segment, early: asyncio.Future[Clip] | None) -> Clip:
        """The clip that was begun early, or a new one; an error names the line at its own place."""
        if early is not None:
            with suppress(PodloomError):
                return await asyncio.shield(early)
        return await voice_segment(self._run, segment)

    def _tell(self) -> None:
        telemetry = self._run.telemetry
        known = telemetry.segments_known
        known[self._chapter.index] = len(self._lines.known()) + len(self._early)
        telemetry.report(segments=sum(known.values()))


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
    progress = ChapterInProgress(run, chapter)
    writing = asyncio.ensure_future(write_lines(run, documents, outline, chapter, progress))
    try:
        await asyncio.shield(writing)
        lines = progress.settle(await settled_lines(run, chapter.index, progress.segments))
        run.telemetry.tell(ChapterWritten(chapter=chapter.index + 1, title=chapter.title, lines=len(lines)))
        await asyncio.gather(*(line.clip for line in lines))
    except BaseException as error:
        run.failing |= not isinstance(error, asyncio.CancelledError)
        await progress.abandon(writing)
        raise
    run.telemetry.report(chapters_done=run.telemetry.progress.chapters_done + 1)
    segments = tuple(line.segment for line in lines)
    return ChapterScript(index=chapter.index, title=chapter.title, segments=segments)


async def write_lines(
    run: Run,
    documents: tuple[SourceDocument, ...],
    outline: Outline,
    chapter: ChapterPlan,
    progress: LineTaker,
) -> None:
    """From the writer, line by line, or all at once from the script tier."""
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
    made = await run.cache.get_or_make("script", key, make, fits(ChapterScript))
    if made.hit:  # somebody else wrote it, perhaps while we waited
        for segment in ChapterScript.model_validate_json(made.value).segments:
            progress.add(segment)

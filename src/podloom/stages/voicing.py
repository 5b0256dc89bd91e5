"""A chapter's lines as they become known, each with its clip under way; void ones are stopped with theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from podloom.domain import Clip, Delivery, Segment
from podloom.errors import PodloomError
from podloom.script.writer import Upcoming
from podloom.stages.lines import VoicedLine
from podloom.stages.run import Run
from podloom.stages.voice import LATER, voice_segment

T = TypeVar("T")
PLACES_PER_BEAT = 1_000
"""Of the places of lines whose turn comes later: beats first, then lines."""


class LaterLine(Segment):
    """A line whose turn comes later; it has a place in the queue, and no number yet."""

    @property
    def label(self) -> str:
        """For people."""
        return f"chapter {self.chapter + 1}, a later line"


class ChapterInProgress:
    """Takes a chapter's lines from its writer, has them voiced, and gives them to the mixer."""

    def __init__(self, run: Run, chapter: int, opening: Sequence[Segment]) -> None:
        self._run, self._chapter = run, chapter
        self._lines = run.lines(chapter)
        self._works: list[asyncio.Future[Clip]] = []
        """Every clip that was begun, void ones included."""
        self._early: dict[tuple[str, str, Delivery], tuple[int, asyncio.Future[Clip]]] = {}
        """Places and clips of lines whose turn comes later."""
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Has the error of the first line that cannot be voiced."""
        self._abandoned = False
        self._opening = len(opening)
        self._tell()
        for segment in opening:
            self.add(segment)

    def add(self, segment: Segment) -> None:
        """Take the next line; it goes on with the clip that was begun early, if there is one."""
        if self._abandoned:  # the writer goes on for the next run, which will find its lines
            return
        known = self._lines.known()
        # What follows a line that was begun early waits behind it.
        place = known[-1].place + 1 if known else 0
        place, early = self._early.pop(_said(segment), (place, None))
        self._voice(segment.model_copy(update={"index": len(known)}), place, early)
        self._tell()

    def hint(self, line: Upcoming) -> None:
        """Begin with the clip of a line whose turn comes later."""
        said = _said(line)
        if self._abandoned or said in self._early:
            return
        place = LATER + line.beat * PLACES_PER_BEAT + line.index
        segment = LaterLine(
            chapter=self._chapter,
            index=place,
            speaker=line.speaker,
            text=line.text,
            delivery=line.delivery,
        )
        self._early[said] = place, self._begin(voice_segment(self._run, segment))
        self._tell()

    def withdraw(self) -> None:
        """Forget the writer's lines and stop their clips."""
        if self._abandoned:
            return
        self._drop_early()
        for line in self._lines.withdraw(keep=self._opening):
            line.clip.cancel()
        self._tell()

    def settle(self, segments: Sequence[Segment]) -> tuple[VoicedLine, ...]:
        """All lines are known, and these are they; only those that have changed are voiced again."""
        self._drop_early()
        known = self._lines.known()
        changed = [index for index, line in enumerate(known) if line.segment != segments[index]]
        for old in self._lines.withdraw(keep=changed[0]) if changed else ():
            segment = segments[old.segment.index]
            if segment == old.segment:
                self._lines.put(old)
            else:
                old.clip.cancel()
                self._voice(segment, old.place)
        self._tell()
        return self._lines.finish()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Of the lines that are known."""
        return tuple(line.segment for line in self._lines.known())

    async def unless_failed(self, work: asyncio.Future[T]) -> T:
        """The result of `work`, or the error of a line that cannot be voiced, as soon as there is one."""
        either: set[asyncio.Future[Any]] = {work, self._failed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._failed.done():
            self._failed.result()
        return work.result()

    async def voiced(self, lines: Sequence[VoicedLine]) -> None:
        """Wait until all lines have a clip, and void ones have stopped.

        Raises:
            PodloomError: A line cannot be voiced.
        """
        await asyncio.gather(*(line.clip for line in lines))
        await asyncio.gather(*self._works, return_exceptions=True)

    async def abandon(self, writing: asyncio.Future[Any]) -> None:
        """Stop everything that is under way and wait until it has stopped; the chapter may be tried again.

        What is nearly done is kept for then; see stages/patience.py.
        """
        self._abandoned = True
        works = (writing, *self._works)
        for work in works:
            work.cancel()
        try:
            await asyncio.gather(*works, return_exceptions=True)
        finally:
            self._lines.withdraw(keep=0)

    def _voice(self, segment: Segment, place: int, early: asyncio.Future[Clip] | None = None) -> None:
        if early is not None and early.done() and early.exception() is None:
            clip = early
        else:
            clip = self._begin(self._clip(segment, place, early))
            if early is not None:  # void together, also when this one has not begun to wait for it
                clip.add_done_callback(lambda _: early.cancel())
        self._lines.put(VoicedLine(segment, clip, place))

    async def _clip(self, segment: Segment, place: int, early: asyncio.Future[Clip] | None) -> Clip:
        """The clip that was begun early, or a new one; an error names the line at its own place."""
        if early is not None:
            with suppress(PodloomError):
                return await early
        return await voice_segment(self._run, segment, place)

    def _begin(self, clip: Coroutine[Any, Any, Clip]) -> asyncio.Future[Clip]:
        work = asyncio.ensure_future(clip)
        self._works.append(work)
        work.add_done_callback(self._ended)
        return work

    def _ended(self, work: asyncio.Future[Clip]) -> None:
        """A clip is made or has failed; of void lines and early clips an error says nothing."""
        if work.cancelled():
            return
        error = work.exception()
        if error is None:
            progress = self._run.telemetry.progress
            writing = progress.chapters_done < progress.chapters
            self._tell(message="Writing and voicing" if writing else "Voicing")
        elif not self._failed.done() and any(line.clip is work for line in self._lines.known()):
            self._failed.set_exception(error)
            self._failed.exception()  # retrieved: it may come when nobody waits any more

    def _drop_early(self) -> None:
        for _, clip in self._early.values():
            clip.cancel()
        self._early.clear()

    def _tell(self, **changes: str) -> None:
        works = [line.clip for line in self._lines.known()] + [clip for _, clip in self._early.values()]
        self._run.telemetry.count_lines(self._chapter, [_made(work) for work in works], **changes)


def _said(line: Segment | Upcoming) -> tuple[str, str, Delivery]:
    """What makes two lines the same."""
    return line.speaker, line.text, line.delivery


def _made(work: asyncio.Future[Clip]) -> Clip | None:
    """The clip, if it is there."""
    if not work.done() or work.cancelled() or work.exception() is not None:
        return None
    return work.result()

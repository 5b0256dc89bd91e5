"""Long chapters in parts that are written at the same time, and given out in order.

Parts cannot see one another. What keeps them from telling the same is that every key point is given to
exactly one of them, and that each is told what the others tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from podloom.domain import ChapterPlan, Format, Segment
from podloom.script.outlining import share_out
from podloom.script.writer import Upcoming

MOST_BEATS = 3
SPLIT_FROM = 1.375
"""Times the words of a beat that a chapter has before it is split: two calls cost more than one."""
OVER = 1.1
"""Times the words of a beat that the longest one may have before there is one more."""
LARGEST_SHARE = 0.6
"""Of the chapter: of three key points two in one call and one in the other would save little time."""

Arrivals = asyncio.Queue[tuple[int, Segment | None]]
"""Lines of beats by number; None when a beat has ended."""


@dataclass(frozen=True)
class Beat:
    """A part of a chapter that one call writes; a short chapter is one beat."""

    number: int
    """From 0."""
    key_points: tuple[str, ...]
    words: int
    speaker: str = ""
    """Who has the first line; "": whoever the writer wants."""


def split_chapter(
    chapter: ChapterPlan, *, names: Sequence[str], style: Format, beat_words: int
) -> tuple[Beat, ...]:
    """As few beats as keep the longest one short, with whole key points; `beat_words` 0: one beat."""
    points = chapter.key_points
    most = min(MOST_BEATS, len(points))
    if not beat_words or most < 2 or chapter.words <= SPLIT_FROM * beat_words:
        return (Beat(0, points, chapter.words),)
    counts = _point_counts(chapter.words, len(points), most, beat_words)
    edges = [sum(counts[:number]) for number in range(len(counts) + 1)]
    return tuple(
        Beat(number, points[start:end], words, _opener(number, chapter.index, names, style))
        for number, ((start, end), words) in enumerate(
            zip(pairwise(edges), share_out(chapter.words, counts), strict=True)
        )
    )


def _point_counts(words: int, points: int, most: int, beat_words: int) -> list[int]:
    """Key points of each beat; where all are long, as few beats as make the longest one shortest."""
    offers = [share_out(points, [1] * beats) for beats in range(2, most + 1)]
    limit = min(OVER * beat_words, LARGEST_SHARE * words)
    short = [counts for counts in offers if max(share_out(words, counts)) <= limit]
    return short[0] if short else min(offers, key=max)


def _opener(number: int, chapter: int, names: Sequence[str], style: Format) -> str:
    """Whoever asks begins every part of an interview; elsewhere they take turns."""
    if len(names) < 2 or style == "narration":
        return ""
    return names[0] if style == "interview" else names[(chapter + number) % len(names)]


async def in_order(beats: Sequence[AsyncGenerator[Segment]]) -> AsyncGenerator[Segment | Upcoming]:
    """All beats at the same time: segments in the order of the beats, numbered anew; others as upcoming.

    Each beat numbers its own from 0.

    Raises:
        PodloomError: What a beat raised; the others are ended.
    """
    held: list[list[Segment]] = [[] for _ in beats]
    ended = [False for _ in beats]
    arrivals: Arrivals = asyncio.Queue()
    writing = [asyncio.create_task(_write(beat, n, arrivals)) for n, beat in enumerate(beats)]
    for number, task in enumerate(writing):
        task.add_done_callback(partial(_end, arrivals, number))
    current = index = 0
    try:
        while current < len(beats):
            number, segment = await arrivals.get()
            if segment is None:
                await writing[number]
                ended[number] = True
            else:
                held[number].append(segment)
                if number != current:
                    yield Upcoming(
                        segment.speaker, segment.text, segment.delivery, beat=number, index=segment.index
                    )
            while current < len(beats):
                while held[current]:
                    yield held[current].pop(0).model_copy(update={"index": index})
                    index += 1
                if not ended[current]:
                    break
                current += 1
    finally:
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)


def _end(arrivals: Arrivals, number: int, _: asyncio.Task[None]) -> None:
    arrivals.put_nowait((number, None))


async def _write(beat: AsyncGenerator[Segment], number: int, arrivals: Arrivals) -> None:
    async with aclosing(beat):
        async for segment in beat:
            arrivals.put_nowait((number, segment))

"""Stage: what an earlier chapter has said already is taken out of a chapter, when both are written.

Chapters are written side by side and voiced at once, so this comes late: a sentence that goes may have a clip
already, and its line is voiced again without it. Nobody waits for that: the mixer takes chapters in order.
"""

from __future__ import annotations

import asyncio

from podloom.domain import Segment
from podloom.domain.progress import count_of
from podloom.script.replay import ReplayWriter
from podloom.script.retelling import without_retelling
from podloom.stages.run import Run


async def settled_lines(run: Run, chapter: int, lines: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The chapter's lines as they will be spoken; waits for the words of the chapters before it."""
    if not (
        run.writer.draft or isinstance(run.writer, ReplayWriter)
    ):  # a draft's recap and edited words stay
        before = [line for earlier in range(chapter) for line in await asyncio.shield(run.written(earlier))]
        edited = without_retelling(lines, before, run.request.language)
        _tell(run, chapter, sum(old != new for old, new in zip(lines, edited, strict=True)))
        lines = edited
    if run.written(chapter).done():  # by a try in which it could not be voiced: these will be spoken
        del run.texts[chapter]
    run.written(chapter).set_result(lines)
    return lines


def _tell(run: Run, chapter: int, count: int) -> None:
    run.telemetry.counters["script.retold_lines"] += count
    if count:
        run.telemetry.note(
            f"chapter {chapter + 1}: {count_of(count, 'line')} lost what earlier chapters had said already"
        )

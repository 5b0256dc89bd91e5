"""The run on one screen: plain coroutines, no Prefect. The stages are passed in.

Chapters are written in parallel; a line goes to its voice as soon as it is known; the mixer takes clips in
playback order while later ones are still being made. So an episode takes the time of its slowest part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from podloom.domain import ChapterPlan, ChapterScript, Episode, Mix, Outline, Script, SourceDocument


class Stages(Protocol):
    """What a run is made of; as plain coroutines (stages/) or as Prefect tasks (tasks/)."""

    async def read_sources(self) -> tuple[SourceDocument, ...]:
        """The readable text of every source."""
        ...

    async def review_script(self, write: Callable[[], Awaitable[Script]]) -> None:
        """Where a review is asked for: the script written and approved, before anything is voiced."""
        ...

    async def write_script(self, documents: tuple[SourceDocument, ...]) -> Script:
        """All that would be spoken, for the reviewer."""
        ...

    async def write_outline(self, documents: tuple[SourceDocument, ...]) -> Outline:
        """The chapters before there is text."""
        ...

    async def write_chapter(
        self, documents: tuple[SourceDocument, ...], outline: Outline, chapter: ChapterPlan
    ) -> ChapterScript:
        """One chapter's lines, each voiced as soon as it is known; returns when all have a clip."""
        ...

    async def assemble_episode(self, outline: Outline) -> Mix:
        """The mix of all clips in playback order, taken while chapters are still being written."""
        ...

    async def publish_episode(self, outline: Outline, script: Script, mix: Mix) -> Episode:
        """The finished folder: audio with tags, texts, cover, manifest."""
        ...

    async def save_episode(self, episode: Episode, script: Script, mix: Mix) -> None:
        """The episode's rows, in one transaction."""
        ...

    def script(self, outline: Outline, chapters: tuple[ChapterScript, ...]) -> Script:
        """All that is spoken, from the parts."""
        ...


async def make_episode(stages: Stages) -> Episode:
    """One episode, from sources to a finished folder.

    Raises:
        PodloomError: A stage failed. What was made until then is kept and used by the next run.
    """
    documents = await stages.read_sources()
    await stages.review_script(lambda: stages.write_script(documents))
    outline = await stages.write_outline(documents)
    mix, *chapters = await _together(
        stages.assemble_episode(outline),
        *(stages.write_chapter(documents, outline, chapter) for chapter in outline.chapters),
    )
    script = stages.script(outline, tuple(chapters))
    episode = await stages.publish_episode(outline, script, mix)
    await stages.save_episode(episode, script, mix)
    return episode


async def _together(*stages: Coroutine[Any, Any, Any]) -> list[Any]:
    """Run all at once; the first error stops the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(stage) for stage in stages]
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    return [task.result() for task in tasks]


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

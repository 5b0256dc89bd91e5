"""The stages as Prefect tasks: one a stage, one a chapter; names for people, no algorithms.

Tasks are awaited directly, never submitted (50 ms and a thread each). Prefect keeps no results: what is made
lives in Podloom's own cache, which a retry finds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from podloom.domain import ChapterPlan, ChapterScript, Episode, Mix, Outline, Script, SourceDocument
from podloom.pipeline import Stages

P = ParamSpec("P")
T = TypeVar("T")


def as_task(stage: Callable[P, Awaitable[T]], name: str) -> Callable[P, Awaitable[T]]:
    """`stage` as a task run of its own on the run's page."""

    async def body(*args: P.args, **kwargs: P.kwargs) -> T:
        return await stage(*args, **kwargs)

    options: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False, "log_prints": False}
    wrapped: Callable[P, Awaitable[T]] = task(name=name, task_run_name=name, **options)(body)
    return wrapped


class TaskStages:
    """pipeline.Stages as tasks around other stages.

    Documents, outlines and mixes are in memory and go around Prefect, not through it: a task's parameters are
    walked and shown by Prefect, and a book's text has no place there.
    """

    def __init__(self, stages: Stages) -> None:
        self._stages = stages

    async def read_sources(self) -> tuple[SourceDocument, ...]:
        """Task "Read sources"."""
        return await as_task(self._stages.read_sources, "Read sources")()

    async def write_outline(self, documents: tuple[SourceDocument, ...]) -> Outline:
        """Task "Write outline"."""
        return await as_task(lambda: self._stages.write_outline(documents), "Write outline")()

    async def write_chapter(
        self, documents: tuple[SourceDocument, ...], outline: Outline, chapter: ChapterPlan
    ) -> ChapterScript:
        """Task "Chapter 2: ...", from its first word to its last clip."""
        return await as_task(
            lambda: self._stages.write_chapter(documents, outline, chapter),
            f"Chapter {chapter.index + 1}: {chapter.title}",
        )()

    async def assemble_episode(self, outline: Outline) -> Mix:
        """Task "Mix"; runs while chapters are being written."""
        return await as_task(lambda: self._stages.assemble_episode(outline), "Mix")()

    async def publish_episode(self, outline: Outline, script: Script, mix: Mix) -> Episode:
        """Task "Publish"."""
        return await as_task(lambda: self._stages.publish_episode(outline, script, mix), "Publish")()

    async def save_episode(self, episode: Episode, script: Script, mix: Mix) -> None:
        """Task "Record"."""
        await as_task(lambda: self._stages.save_episode(episode, script, mix), "Record")()

    def script(self, outline: Outline, chapters: tuple[ChapterScript, ...]) -> Script:
        """No task: it only puts parts together."""
        return self._stages.script(outline, chapters)

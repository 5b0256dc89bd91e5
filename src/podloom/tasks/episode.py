"""The stages as Prefect tasks: one a stage, one a chapter; names for people, no algorithms.

Tasks are awaited directly, never submitted (50 ms and a thread each). Prefect keeps no results: what is made
lives in Podloom's own cache, which a retry finds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled
from prefect.tasks import exponential_backoff

from podloom.domain import ChapterPlan, ChapterScript, Cue, Episode, Mix, Outline, Script, SourceDocument
from podloom.errors import PodloomError
from podloom.pipeline import Stages

T = TypeVar("T")
RETRIES = 2
"""Beyond those inside the clients, which honour Retry-After: this is for servers that are away for longer."""
PAUSE_S = 4.0
"""Before the first retry; doubles, with up to half of it added at random."""


async def as_task(stage: Callable[[], Awaitable[T]], name: str, *, retries: int = 0) -> T:
    """The result of `stage`, run as a task run of that name on the run's page."""
    made: list[T] = []

    async def body() -> State[Any] | None:
        try:
            made.append(await stage())
        except asyncio.CancelledError:
            # Prefect would call a stopped task crashed. The cancellation goes on below.
            return Cancelled(message="Stopped")
        return None

    options: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False, "log_prints": False}
    if retries:
        options |= {
            "retries": retries,
            "retry_delay_seconds": exponential_backoff(PAUSE_S),
            "retry_jitter_factor": 0.5,
            "retry_condition_fn": can_be_retried,
        }
    run: Any = task(name=name, task_run_name=name, **options)(body)
    state: State[Any] = await run(return_state=True)
    if made:
        return made[0]
    if state.is_cancelled():
        raise asyncio.CancelledError
    failed: T = await state.aresult()  # raises the stage's error: nothing was made
    return failed


async def can_be_retried(task: Any, run: Any, state: State[Any]) -> bool:  # noqa: ARG001 - Prefect's signature
    """Only errors that say so: a refused key or an unreadable source stays what it is."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, PodloomError) and error.retryable


class TaskStages:
    """pipeline.Stages as tasks around other stages.

    Documents, outlines and mixes are in memory and go around Prefect, not through it: a task's parameters are
    walked and shown by Prefect, and a book's text has no place there.
    """

    def __init__(self, stages: Stages, on_published: Callable[[Episode, tuple[Cue, ...]], None]) -> None:
        self._stages = stages
        self._on_published = on_published

    async def read_sources(self) -> tuple[SourceDocument, ...]:
        """Task "Read sources"."""
        return await as_task(self._stages.read_sources, "Read sources", retries=RETRIES)

    async def review_script(self, write: Callable[[], Awaitable[Script]]) -> None:
        """No task: a run can only be suspended between tasks."""
        await self._stages.review_script(write)

    async def write_script(self, documents: tuple[SourceDocument, ...]) -> Script:
        """Task "Write script"."""
        return await as_task(lambda: self._stages.write_script(documents), "Write script", retries=RETRIES)

    async def write_outline(self, documents: tuple[SourceDocument, ...]) -> Outline:
        """Task "Write outline"."""
        return await as_task(lambda: self._stages.write_outline(documents), "Write outline", retries=RETRIES)

    async def write_chapter(
        self, documents: tuple[SourceDocument, ...], outline: Outline, chapter: ChapterPlan
    ) -> ChapterScript:
        """Task "Chapter 2: ...", from its first word to its last clip."""
        return await as_task(
            lambda: self._stages.write_chapter(documents, outline, chapter),
            f"Chapter {chapter.index + 1}: {chapter.title}",
            retries=RETRIES,
        )

    async def assemble_episode(self, outline: Outline) -> Mix:
        """Task "Mix"; runs while chapters are being written."""
        return await as_task(lambda: self._stages.assemble_episode(outline), "Mix")

    async def publish_episode(self, outline: Outline, script: Script, mix: Mix) -> Episode:
        """Task "Publish"; what it made is told to whoever shows it."""
        episode = await as_task(lambda: self._stages.publish_episode(outline, script, mix), "Publish")
        self._on_published(episode, mix.cues)
        return episode

    async def save_episode(self, episode: Episode, script: Script, mix: Mix) -> None:
        """Task "Record"."""
        await as_task(lambda: self._stages.save_episode(episode, script, mix), "Record")

    def script(self, outline: Outline, chapters: tuple[ChapterScript, ...]) -> Script:
        """No task: it only puts parts together."""
        return self._stages.script(outline, chapters)

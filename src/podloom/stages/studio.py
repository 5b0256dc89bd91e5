"""The stages as plain coroutines, bound to one run."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

from podloom.domain import ChapterPlan, ChapterScript, Episode, Mix, Outline, Script, SourceDocument
from podloom.errors import StorageError
from podloom.stages import shared
from podloom.stages.assembly import assemble_episode
from podloom.stages.chapter import write_chapter
from podloom.stages.folder import explained
from podloom.stages.outline import write_outline
from podloom.stages.publish import publish_episode
from podloom.stages.readback import read_back
from podloom.stages.record import save_episode
from podloom.stages.run import Run
from podloom.stages.sources import read_sources


class Studio:
    """Implements pipeline.Stages; every stage is timed and has a module of its own."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._early: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load the voices and open the record while sources are read and the outline is written."""
        run = self.run
        loading = asyncio.create_task(run.engine.load())
        recording = asyncio.create_task(self._begin_record())
        self._early = [loading, recording]

    async def _begin_record(self) -> None:
        run = self.run
        run.database = await shared.database(run.settings)
        await run.database.begin_run(run.id, run.request, str(run.partial))

    async def _ready_to_pay(self) -> None:
        """What can fail before the first paid call has to fail now; a local model may go on loading."""
        loading, recording = self._early
        await recording
        if self.run.engine.remote:
            await loading

    async def failed(self, error: BaseException) -> None:
        """Record how the run ended; the error itself goes on to the caller."""
        if self.run.database is None:
            return
        stopped = isinstance(error, asyncio.CancelledError | KeyboardInterrupt)
        finish = partial(self.run.database.finish_run, self.run.id)
        with suppress(StorageError):  # the run's own error matters more
            await asyncio.shield(finish("cancelled") if stopped else finish("failed", str(error)))

    async def close(self) -> None:
        """Give the run's tools back."""
        await self.run.planning.close()
        for task in self._early:
            task.cancel()
        await asyncio.gather(*self._early, return_exceptions=True)
        await self.run.cache.close()

    async def read_sources(self) -> tuple[SourceDocument, ...]:
        """See stages/sources.py."""
        with self.run.telemetry.stage("sources"):
            documents = await read_sources(self.run) if self.run.request.sources else ()
            await self._ready_to_pay()
        return documents

    async def write_outline(self, documents: tuple[SourceDocument, ...]) -> Outline:
        """See stages/outline.py."""
        with self.run.telemetry.stage("outline"):
            return await write_outline(self.run, documents)

    async def write_chapter(
        self, documents: tuple[SourceDocument, ...], outline: Outline, chapter: ChapterPlan
    ) -> ChapterScript:
        """See stages/chapter.py."""
        with self.run.telemetry.stage(f"chapter {chapter.index + 1}"):
            return await write_chapter(self.run, documents, outline, chapter)

    async def assemble_episode(self, outline: Outline) -> Mix:
        """See stages/assembly.py."""
        with self.run.telemetry.stage("mix"):
            return await assemble_episode(self.run, outline)

    async def publish_episode(self, outline: Outline, script: Script, mix: Mix) -> Episode:
        """See stages/publish.py."""
        if self.run.settings.speech.read_back == "report":
            with self.run.telemetry.stage("read back"):
                await read_back(self.run, script)
        with self.run.telemetry.stage("publish"), explained(Path(self.run.request.out)):
            return await publish_episode(self.run, outline, script, mix)

    async def save_episode(self, episode: Episode, script: Script, mix: Mix) -> None:
        """See stages/record.py."""
        with self.run.telemetry.stage("record"):
            await save_episode(self.run, episode, script, mix)
        self.run.telemetry.report(stage="done", message=f"Done: {episode.folder}")

    def script(self, outline: Outline, chapters: tuple[ChapterScript, ...]) -> Script:
        """All that is spoken."""
        request = self.run.request
        return Script(
            title=request.title or outline.title,
            summary=outline.summary,
            language=request.language,
            draft=self.run.writer.draft,
            speakers=self.run.speakers,
            chapters=chapters,
        )

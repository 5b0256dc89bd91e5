"""The stages as plain coroutines, bound to one run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from podloom.domain import ChapterPlan, ChapterScript, Episode, Mix, Outline, Script, SourceDocument
from podloom.errors import ProviderError, SourceError
from podloom.llm.sdk import load_sdk
from podloom.script.select import asks_model
from podloom.sources.locate import is_address
from podloom.stages import shared
from podloom.stages.asking import settled
from podloom.stages.contrast import contrast
from podloom.stages.ending import LATE_S, record_end
from podloom.stages.folder import explained
from podloom.stages.limits import limited
from podloom.stages.outline import write_outline
from podloom.stages.readings import recall_reading, remember_reading
from podloom.stages.reviewing import Desk, review_script
from podloom.stages.run import Run
from podloom.stages.sources import read_sources

T = TypeVar("T")


class Studio:
    """Implements pipeline.Stages; every stage is timed and has a module of its own."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.desk: Desk | None = None
        """Where a script waits for its reviewer, if the request asks for a review."""
        self._early: list[asyncio.Task[None]] = []
        self._refused = False
        """The server of the voices did not answer, or not well."""
        self._sdk: asyncio.Task[Any] | None = None
        """On its way while sources are, if a model writes; what is wrong with it, the first call says."""

    async def start(self) -> None:
        """Load the voices and open the record while sources are read and the outline is written."""
        run = self.run
        loading = asyncio.create_task(run.engine.load())
        recording = asyncio.create_task(self._begin_record())
        self._early = [loading, recording]
        awaited = any(is_address(source.strip()) for source in run.request.sources)
        if awaited and asks_model(run.request, run.settings):
            self._sdk = asyncio.create_task(asyncio.to_thread(load_sdk))

    async def _begin_record(self) -> None:
        run = self.run
        if not shared.database_loaded() and not self._record_first:
            await run.telemetry.asked.wait()
        run.database = await shared.database(run.settings)
        await run.database.begin_run(run.id, settled(run.request), str(run.partial))

    @property
    def _record_first(self) -> bool:
        """A database server may be away: that is known before anything is paid for."""
        return bool(self.run.settings.database_url.get_secret_value())

    async def _ready_to_pay(self) -> None:
        """What can fail before the first paid call has to fail now; a local model may go on loading.

        What its files tell was seen when the engine was built, see stages/opening.py.
        """
        run, (loading, recording) = self.run, self._early
        if self._record_first:
            await recording
        if run.engine.remote:
            await self._connected(loading)
        elif loading.done() and run.fallback is None:
            await loading
        await contrast(run)

    async def _beside_recording(self, writing: Coroutine[Any, Any, T]) -> T:
        """The result; a record that cannot be kept ends the call to the model at once."""
        _, recording = self._early
        work = asyncio.create_task(writing)
        try:
            await asyncio.wait({work, recording}, return_when=asyncio.FIRST_EXCEPTION)
            if recording.done():
                recording.result()
            return await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _connected(self, loading: asyncio.Task[None]) -> None:
        """A server that does not answer ends the run now, unless another engine can stand in."""
        if self._refused:  # a further try of the stage
            loading = self._early[0] = asyncio.create_task(self.run.engine.load())
        try:
            await loading
        except ProviderError as error:
            if self.run.fallback is None or not error.retryable:
                self._refused = True
                raise
            self.run.outage.begin(error)
            await self.run.fallback.load()

    async def ended(self, error: BaseException | None = None) -> None:
        """Record how the run ended; its error goes on to the caller."""
        self.run.telemetry.asked.set()
        await self.run.planning.close()  # its call ends now, not when the record is written
        noted = await self._noted()
        await asyncio.shield(record_end(self.run, error, noted=noted))

    async def _noted(self) -> bool:
        """Whether the database knows of the run; one that ends at once waits a moment for that."""
        recording = self._early[-1]
        await asyncio.wait({recording}, timeout=LATE_S)
        if not recording.done():
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)
        return not recording.cancelled() and recording.exception() is None

    async def close(self) -> None:
        """Give the run's tools back."""
        await self.run.planning.close()
        await self.run.artwork.close()
        early = [*self._early, *filter(None, [self._sdk])]
        for task in early:
            task.cancel()
        await asyncio.gather(*early, return_exceptions=True)
        for slots in self.run.slots.values():
            await slots.close()
        await self.run.cache.close()

    @asynccontextmanager
    async def _stage(self, name: str, limit: str) -> AsyncIterator[None]:
        """Time a stage, and stop one that hangs."""
        with self.run.telemetry.stage(name):
            async with limited(self.run.settings.limits, limit):
                yield

    async def read_sources(self) -> tuple[SourceDocument, ...]:
        """See stages/sources.py."""
        async with self._stage("sources", "sources"):
            documents = await self._read() if self.run.request.sources else ()
            await self._ready_to_pay()
        return documents

    async def _read(self) -> tuple[SourceDocument, ...]:
        """Anew, or what was read before the script went to its reviewer; an approved one needs nothing."""
        desk = self.desk if self.run.request.review else None
        if desk is None or not desk.lasting:
            return await read_sources(self.run)
        self.run.documents = await asyncio.to_thread(recall_reading, self.run)
        if not self.run.documents:
            try:
                await asyncio.to_thread(remember_reading, self.run, await read_sources(self.run))
            except SourceError as error:
                if not (await desk.recall()).approved:
                    raise
                self.run.telemetry.note(f"the approved script is voiced without its sources: {error}")
        return self.run.documents

    async def review_script(self, write: Callable[[], Awaitable[Script]]) -> None:
        """See stages/reviewing.py."""
        if self.run.request.review and self.desk is not None:
            await review_script(self.run, self.desk, write)

    async def write_script(self, documents: tuple[SourceDocument, ...]) -> Script:
        """See stages/scripting.py."""
        from podloom.stages.scripting import write_script  # noqa: PLC0415 - see stages/later.py

        async with self._stage("script", "chapter"):
            return await self._beside_recording(write_script(self.run, documents))

    async def write_outline(self, documents: tuple[SourceDocument, ...]) -> Outline:
        """See stages/outline.py."""
        async with self._stage("outline", "outline"):
            return await self._beside_recording(write_outline(self.run, documents))

    async def write_chapter(
        self, documents: tuple[SourceDocument, ...], outline: Outline, chapter: ChapterPlan
    ) -> ChapterScript:
        """See stages/chapter.py."""
        from podloom.stages.chapter import write_chapter  # noqa: PLC0415 - see stages/later.py

        async with self._stage(f"chapter {chapter.index + 1}", "chapter"):
            return await write_chapter(self.run, documents, outline, chapter)

    async def assemble_episode(self, outline: Outline) -> Mix:
        """See stages/assembly.py; the cover is drawn beside it."""
        from podloom.stages.assembly import assemble_episode  # noqa: PLC0415 - see stages/later.py

        self.run.artwork.begin(self.run.title(outline), self.run.request, self.run.settings)
        async with self._stage("mix", "mix"):
            return await assemble_episode(self.run, outline)

    async def publish_episode(self, outline: Outline, script: Script, mix: Mix) -> Episode:
        """See stages/publish.py."""
        from podloom.stages.live import point_to  # noqa: PLC0415 - see stages/later.py
        from podloom.stages.pronouncing import note_guesses  # noqa: PLC0415 - as above
        from podloom.stages.publish import publish_episode  # noqa: PLC0415 - as above
        from podloom.stages.readback import read_back  # noqa: PLC0415 - as above

        await note_guesses(self.run, script)
        if self.run.settings.speech.read_back == "report":
            async with self._stage("read back", "publish"):
                await read_back(self.run, script)
        with explained(Path(self.run.request.out)):
            async with self._stage("publish", "publish"):
                episode = await publish_episode(self.run, outline, script, mix)
        point_to(self.run, episode)
        return episode

    async def save_episode(self, episode: Episode, script: Script, mix: Mix) -> None:
        """See stages/record.py."""
        from podloom.stages.record import save_episode  # noqa: PLC0415 - see stages/later.py

        self.run.episode = episode
        async with self._stage("record", "record"):
            await save_episode(self.run, episode, script, mix)
        self.run.telemetry.report(stage="done", message=f"Done: {episode.folder}")

    def script(self, outline: Outline, chapters: tuple[ChapterScript, ...]) -> Script:
        """All that is spoken."""
        return self.run.script(outline, chapters)

"""Runs that are under way: follow one by its events, wait for its result, stop it."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from concurrent.futures import Future, wait
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from podloom.api.background import CLEANUP_S, Stream, background_loop, in_background, wait_for
from podloom.api.making import STOPPED, generate_podcast_async
from podloom.domain import Episode, EpisodeRequest, Progress
from podloom.domain.base import Orchestration
from podloom.domain.events import Event, Failed, Finished, ProgressMade, RunBegan
from podloom.domain.progress import percent, sentence
from podloom.errors import PodloomError, StoppedError, error_class

if TYPE_CHECKING:
    from podloom.settings import Settings

BEAT_S = 0.5
"""Between two events that tell of the progress."""
Events = Stream[Event]


class EpisodeRun(ABC):
    """An episode that is being made, here or elsewhere.

    May be used from any thread, and from any loop. Everything that waits has a twin for asynchronous code.
    """

    @property
    @abstractmethod
    def id(self) -> str:
        """The run's id in the manifest, the record and on the Prefect server; "" until it has begun."""

    def events(self) -> Events:
        """What happens, from the beginning, at least once a second; ends by itself with the run.

        For `for` as well as for `async for`, as often as you like. The last one is Finished or Failed.
        """
        return Stream(self._follow)

    @abstractmethod
    def result(self) -> Episode:
        """Wait for the episode.

        Raises:
            StoppedError: The run was stopped.
            PodloomError: It failed; of the class it failed with, also where a worker made it.
        """

    @abstractmethod
    async def result_async(self) -> Episode:
        """Wait for the episode in the running loop; whoever gives up waiting does not stop the run."""

    @abstractmethod
    def cancel(self) -> None:
        """Ask the run to stop; it keeps what it has made. `result` returns when it has stopped."""

    @abstractmethod
    async def cancel_async(self) -> None:
        """Ask the run to stop, in the running loop."""

    @abstractmethod
    def _follow(self) -> AsyncGenerator[Event, None]:
        """The events, in the background loop."""


class InlineRun(EpisodeRun):
    """A run in this process, in the background loop."""

    def __init__(
        self, request: EpisodeRequest, settings: Settings, orchestration: Orchestration | None
    ) -> None:
        self._asked = request, settings, orchestration
        self._log: list[Event] = []
        self._changed = asyncio.Event()
        self._progress = Progress(stage="plan", message="Checking the request")
        self._percent, self._began_s, self._id = 0.0, time.monotonic(), ""
        self._task: asyncio.Task[Any] | None = None
        self._stopped = False
        self._future: Future[Episode] = in_background(self._make())

    @property
    def id(self) -> str:
        """See EpisodeRun."""
        return self._id

    def result(self) -> Episode:
        """See EpisodeRun; an interrupt (Ctrl-C) stops the run."""
        try:
            return self._future.result()
        except KeyboardInterrupt:
            self.cancel()
            wait([self._future], CLEANUP_S)
            raise

    async def result_async(self) -> Episode:
        """See EpisodeRun."""
        ended = asyncio.wrap_future(self._future)
        # Seen, also where nobody waits for it any more.
        ended.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return await asyncio.shield(ended)

    def cancel(self) -> None:
        """See EpisodeRun."""
        self._stopped = True
        background_loop().call_soon_threadsafe(lambda: self._task and self._task.cancel())

    async def cancel_async(self) -> None:
        """See EpisodeRun."""
        self.cancel()

    async def _make(self) -> Episode:
        request, settings, orchestration = self._asked
        if self._stopped:  # before it began
            self._hear(Failed(error="StoppedError", message=STOPPED, stopped=True))
            raise StoppedError(STOPPED)
        self._task = asyncio.current_task()
        try:
            return await generate_podcast_async(
                request,
                settings=settings,
                orchestration=orchestration,
                on_progress=self._hear_of_progress,
                on_event=self._hear,
            )
        except asyncio.CancelledError:
            raise StoppedError(STOPPED) from None
        finally:
            self._task = None
            self._changed.set()

    def _hear_of_progress(self, progress: Progress) -> None:
        self._progress = progress

    def _hear(self, event: Event) -> None:
        """From whatever thread it comes."""
        background_loop().call_soon_threadsafe(self._note, event)

    def _note(self, event: Event) -> None:
        if isinstance(event, RunBegan):
            self._id = event.run
        self._log.append(event)
        self._changed.set()
        self._changed = asyncio.Event()

    async def _follow(self) -> AsyncGenerator[Event, None]:
        loop = asyncio.get_running_loop()
        place, beat_s = 0, loop.time()
        while True:
            while place < len(self._log):
                place += 1
                yield (event := self._log[place - 1])
                if isinstance(event, Finished | Failed):
                    return
            if loop.time() >= beat_s:
                beat_s = loop.time() + BEAT_S
                yield self._progress_made()
            elif place == len(self._log):
                await _until(self._changed, beat_s)

    def _progress_made(self) -> ProgressMade:
        # Lines become known while others are voiced: the share may shrink, what is told does not.
        self._percent = max(self._percent, percent(self._progress))
        elapsed_s = time.monotonic() - self._began_s
        doing = sentence(self._progress.model_copy(update={"elapsed_s": elapsed_s}))
        return ProgressMade(at_s=elapsed_s, percent=self._percent, doing=doing)


class QueuedRun(EpisodeRun):
    """A run on a Prefect server; a worker makes the episode. Its text is its id."""

    def __init__(self, run_id: str, url: str) -> None:
        self._id, self.url = run_id, url

    @property
    def id(self) -> str:
        """See EpisodeRun."""
        return self._id

    def __str__(self) -> str:
        return self._id

    def __repr__(self) -> str:
        return f"QueuedRun({self._id!r}, {self.url!r})"

    def result(self) -> Episode:
        """See EpisodeRun; its folder is the worker's."""
        return wait_for(self._result())

    async def result_async(self) -> Episode:
        """See EpisodeRun."""
        return await asyncio.wrap_future(in_background(self._result()))

    def cancel(self) -> None:
        """See EpisodeRun."""
        wait_for(self._cancel())

    async def cancel_async(self) -> None:
        """See EpisodeRun."""
        await asyncio.wrap_future(in_background(self._cancel()))

    async def _result(self) -> Episode:
        async with aclosing(self._follow()) as events:
            async for event in events:
                last = event
        if isinstance(last, Finished) and last.episode is not None:
            return last.episode
        if isinstance(last, Failed):
            raise (error_class(last.error) or PodloomError)(last.message)
        raise PodloomError(
            f"run {self._id!r} has ended well and left no episode on its page at {self.url!r}; see its folder"
            " on the worker, or `podloom list` there"
        )

    async def _cancel(self) -> None:
        from podloom.flows.remote import RemotePrefect  # noqa: PLC0415 - httpx

        async with RemotePrefect(self.url) as server:
            await server.cancel(self._id)

    async def _follow(self) -> AsyncGenerator[Event, None]:
        from podloom.flows.following import follow  # noqa: PLC0415 - httpx
        from podloom.flows.remote import RemotePrefect  # noqa: PLC0415 - httpx

        async with RemotePrefect(self.url) as server, aclosing(follow(server, self._id)) as events:
            async for event in events:
                yield event


async def _until(changed: asyncio.Event, time_s: float) -> None:
    try:
        async with asyncio.timeout_at(time_s):
            await changed.wait()
    except TimeoutError:
        return

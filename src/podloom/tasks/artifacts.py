"""The page of a flow run: progress while it runs, tables, summary and cover when it is done."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
from prefect.artifacts import (
    Artifact,
    ImageArtifact,
    LinkArtifact,
    MarkdownArtifact,
    ProgressArtifact,
    TableArtifact,
)
from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import PrefectException

from podloom.domain import Cue, Episode, Progress
from podloom.domain.events import Event
from podloom.domain.progress import percent, sentence
from podloom.errors import StoppedError
from podloom.stages.run import Run
from podloom.tasks import reports
from podloom.tasks.journal import JOURNAL, Journal
from podloom.tasks.pace import pause_s

T = TypeVar("T")
log = logging.getLogger(__name__)
INTERVAL_S = 0.9
"""Between two updates: often enough for one a second. Each costs the server 6 ms, and a server on the same
cores as the mixer takes them from the end of the episode."""
LONGEST_PAUSE_S = 5.0
"""Between two updates while the server answers slowly, because it has many runs."""
JOURNAL_EVERY = 3
"""Updates of the progress to one of what has happened, which is longer."""
FAREWELL_S = 5.0
"""Longest wait for the last update: a server that hangs must not hold up a finished episode."""
STOPPED_S = 1.5
"""The same where somebody waits for the run to stop."""
LATER_S = 120.0
"""A server that is away gets the page when it is back: Prefect's engine waits for it as well."""
UNREACHABLE = (httpx.HTTPError, PrefectException, OSError)
"""What a call of the API may end in; a run's page is never worth a run."""
_closing: set[asyncio.Task[None]] = set()
"""Pages whose run has ended; the event loop keeps no task alive by itself."""


class RunPage:
    """Keeps the run's artifacts up to date from tasks of its own; only its end waits for the server.

    A server that does not take an update costs one warning, not the run.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress, self._taken_s = Progress(stage="plan", message="Checking the request"), clock()
        self._clock, self._ending = clock, ""
        self._artifact: UUID | None = None
        self._journal = Journal()
        self._journal_artifact: UUID | None = None
        self._journal_shown = 0
        self._percent = 0.0
        self._linked = ""
        self._warned = False
        self._client: PrefectClient = get_client()
        self._updating = asyncio.Lock()
        self._follower: asyncio.Task[None] | None = None
        self._sending: list[asyncio.Task[None]] = []

    def take(self, progress: Progress) -> None:
        """The newest state; shown within INTERVAL_S."""
        self._progress, self._taken_s = progress, self._clock()

    def take_event(self, event: Event) -> None:
        """What has happened; shown within JOURNAL_EVERY intervals."""
        self._journal.take(event)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        self._follower = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._follower is not None
        stopped = isinstance(error, asyncio.CancelledError)
        if stopped:
            for task in (self._follower, *self._sending):
                task.cancel()
        async with self._updating:  # what is on its way arrives before what is newer
            self._follower.cancel()
        self._ending = _ending(error)
        self._send(self._show_progress(), STOPPED_S if stopped else LATER_S)
        if not stopped:
            self._send(self._show_journal())
        await asyncio.gather(self._follower, return_exceptions=True)
        closing = asyncio.create_task(self._close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)
        await asyncio.wait({closing}, timeout=FAREWELL_S)

    async def _close(self) -> None:
        """When all is sent; goes on behind the run where the server is away."""
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._client.__aexit__(None, None, None)

    def show_made(self, run: Run, episode: Episode, cues: tuple[Cue, ...]) -> None:
        """Tables of chapters and clips, cover and waveform: sent while the episode is being recorded."""
        chapters, clips = reports.chapter_rows(run, episode), reports.clip_rows(run, cues)
        self._create(TableArtifact(key="episode-chapters", table=chapters, description="Chapters"))
        self._create(TableArtifact(key="episode-clips", table=clips, description="Clips"))
        self._send(self._show_pictures(episode))

    def show_summary(self, run: Run, episode: Episode) -> None:
        """The summary with its links: sent while the run is being closed."""
        text = reports.summary(run, episode)
        self._create(MarkdownArtifact(key="episode-summary", markdown=text, description=episode.title))

    def _create(self, artifact: Artifact) -> None:
        self._send(artifact.acreate(self._client))

    def _send(self, call: Coroutine[Any, Any, Any], limit_s: float = LATER_S) -> None:
        self._sending.append(asyncio.create_task(self._tried(call, limit_s)))

    async def _show_pictures(self, episode: Episode) -> None:
        folder = Path(episode.folder)
        cover = await asyncio.to_thread(reports.thumbnail, folder / episode.files["cover"])
        waveform = await asyncio.to_thread(reports.waveform, folder / episode.files["waveform"])
        about_waveform = f"Loud and quiet in {episode.title}, with its chapters"
        await asyncio.gather(
            ImageArtifact(
                key="episode-cover", image_url=cover, description=f"Cover of {episode.title}"
            ).acreate(self._client),
            ImageArtifact(key="episode-waveform", image_url=waveform, description=about_waveform).acreate(
                self._client
            ),
        )

    async def _follow(self) -> None:
        """Also while nothing happens: who looks at the page sees the time go on."""
        for update in itertools.count():
            began_s = time.monotonic()
            async with self._updating:
                await self._tried(self._show_progress())
            answered_s = time.monotonic() - began_s
            if update % JOURNAL_EVERY == 0:
                async with self._updating:
                    await self._tried(self._show_journal())
            await asyncio.sleep(pause_s(answered_s, INTERVAL_S, LONGEST_PAUSE_S))

    async def _show_progress(self) -> None:
        elapsed_s = self._progress.elapsed_s + self._clock() - self._taken_s
        text = self._ending + sentence(self._progress.model_copy(update={"elapsed_s": elapsed_s}))
        # Lines become known while others are voiced: the share may shrink, what is shown does not.
        self._percent = max(self._percent, percent(self._progress))
        if self._artifact is None:
            artifact = ProgressArtifact(key="episode-progress", progress=self._percent, description=text)
            self._artifact = (await artifact.acreate(self._client)).id
        else:
            await self._update(self._artifact, data=self._percent, description=text)
        if self._progress.listen != self._linked:
            self._linked = self._progress.listen
            await self._show_link(self._linked)

    async def _show_link(self, address: str) -> None:
        link = LinkArtifact(
            key="episode-listen",
            link=reports.link_to(address),
            link_text="Listen while it is made",
            description=f"What is finished can be heard already: {address}",
        )
        await link.acreate(self._client)

    async def _show_journal(self) -> None:
        if self._journal_shown == self._journal.count:
            return
        shown, text = self._journal.count, self._journal.markdown()
        if self._journal_artifact is None:
            artifact = MarkdownArtifact(key=JOURNAL, markdown=text, description="What happened")
            self._journal_artifact = (await artifact.acreate(self._client)).id
        else:
            await self._update(self._journal_artifact, data=text)
        self._journal_shown = shown

    async def _update(self, artifact: UUID, **values: str | float) -> None:
        """As Prefect's own method does, without the event that it sends for each: nobody acts on those."""
        await self._client.request("PATCH", "/artifacts/{id}", path_params={"id": artifact}, json=values)

    async def _tried(self, call: Coroutine[Any, Any, Any], limit_s: float = FAREWELL_S) -> None:
        try:
            async with asyncio.timeout(limit_s):
                await call
        except (*UNREACHABLE, TimeoutError) as error:
            if not self._warned:
                self._warned = True
                reason = str(error) or type(error).__name__
                log.warning("the run's page in Prefect is not up to date: %s", reason)


def _ending(error: BaseException | None) -> str:
    """What the page says before the sentence that was the last; a pause for a review is no end."""
    if isinstance(error, asyncio.CancelledError | StoppedError):
        return "Stopped: "
    return "Failed: " if isinstance(error, Exception) else ""


def both(first: Callable[[T], None], second: Callable[[T], None] | None) -> Callable[[T], None]:
    """A callback that tells two."""

    def tell(news: T) -> None:
        first(news)
        if second is not None:
            second(news)

    return tell

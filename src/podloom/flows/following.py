"""A run on a Prefect server as events, as they happen: for handles of queued runs and for `podloom watch`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from podloom.domain.events import Event, Failed, Finished, ProgressMade
from podloom.errors import SettingsError
from podloom.flows.remote import RemotePrefect, RunView
from podloom.tasks.journal import read_journal

LOOK_S = 0.5
LOST_S = 300.0
"""A server that was there is waited for so long."""


async def follow(
    server: RemotePrefect, run_id: str, *, tell: Callable[[RunView], None] = lambda _: None
) -> AsyncGenerator[Event, None]:
    """What happens in the run, from its beginning to its end; something at least once a second.

    A connection that is lost is taken up again, and what happened meanwhile is told then. A run that has lost
    its worker is followed until another one has gone on with it. Of lines that are voiced only the newest are
    kept (tasks/journal.py), so that after a long gap some may be missing.

    Args:
        server: Where the run is.
        run_id: Which.
        tell: Hears of every look at the run.

    Raises:
        SettingsError: No server answers, or none for LOST_S.
        RequestError: There is no such run.
    """
    page = _Page()
    view, lost_at_s = await server.look(run_id), 0.0
    while True:
        tell(view)
        for event in page.news(view):
            yield event
        if view.final:
            yield await _end(server, view)
            return
        await asyncio.sleep(LOOK_S)
        try:
            view, lost_at_s = await server.look(run_id), 0.0
        except SettingsError as error:
            now_s = asyncio.get_running_loop().time()
            lost_at_s = lost_at_s or now_s
            if now_s - lost_at_s > LOST_S:
                raise
            yield page.progress(view, doing=f"trying again: {error}")


class _Page:
    """What was told of a run's page already."""

    def __init__(self) -> None:
        self._journal, self._number, self._percent = "", 0, 0.0

    def news(self, view: RunView) -> list[Event]:
        """What is new in the journal, and how far the run is."""
        journal, text = view.journal
        if journal != self._journal:  # the run was tried again
            self._journal, self._number = journal, 0
        entries = [entry for entry in read_journal(text) if entry[0] > self._number]
        self._number = entries[-1][0] if entries else self._number
        doing = view.message if view.resumable else view.doing or view.message
        return [*(event for _, event in entries), self.progress(view, doing=doing)]

    def progress(self, view: RunView, doing: str) -> ProgressMade:
        """How far the run is; never less than before."""
        self._percent = max(self._percent, view.percent)
        return ProgressMade(at_s=view.elapsed_s, percent=self._percent, doing=doing, state=view.state.lower())


async def _end(server: RemotePrefect, view: RunView) -> Event:
    if view.state == "COMPLETED":
        return Finished(at_s=view.elapsed_s, episode=await server.episode(view.id))
    stopped = view.state == "CANCELLED"
    return Failed(
        at_s=view.elapsed_s,
        error="StoppedError" if stopped else view.error or "PodloomError",
        message=view.message or f"the run is {view.state.lower()}",
        stopped=stopped,
    )

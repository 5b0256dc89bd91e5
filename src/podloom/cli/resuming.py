"""Which run `podloom resume` goes on with: the latest that did not end well and is not alive any more."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Literal

from podloom.errors import RequestError, SettingsError
from podloom.settings import Settings, load_settings
from podloom.stages.alive import is_alive

if TYPE_CHECKING:
    from podloom.db.records import RunRecord
    from podloom.flows.remote import RemotePrefect

Life = Literal["ended", "alive", "waiting", "unknown"]


async def run_to_resume(wanted: str) -> RunRecord:
    """The latest run that has ended of those whose id begins with `wanted`.

    Raises:
        RequestError: There is none; or what there is is alive, or waits for its reviewer.
    """
    settings = load_settings()
    found = [run for run in await _unfinished(settings) if run.id.startswith(wanted)]
    others: list[tuple[Life, RunRecord]] = []
    async with AsyncExitStack() as opened:
        lives = _Lives(settings, await _prefect(opened))
        for run in found:
            life = await lives.of(run)
            if life == "ended" or (wanted and life == "unknown"):
                return run
            others.append((life, run))
    raise RequestError(_refusal(wanted, others))


class _Lives:
    """Asks the Prefect server, where there is one; else looks at this machine."""

    def __init__(self, settings: Settings, server: RemotePrefect | None) -> None:
        self._settings, self._server = settings, server

    async def of(self, run: RunRecord) -> Life:
        """Whether somebody is at work on the run, or will be."""
        told = await self._told(run.id)
        if told or run.state != "running":
            return told or ("waiting" if run.state == "waiting" else "ended")
        if is_alive(self._settings.home, run.id):
            return "alive"
        # Without a database server there is no other machine.
        return "unknown" if self._settings.database_url.get_secret_value() else "ended"

    async def _told(self, run_id: str) -> Life | None:
        """What the server says; None of a run that is not there, or if it does not answer."""
        if self._server is None:
            return None
        try:
            view = await self._server.look(run_id)
        except SettingsError:
            self._server = None  # not asked again
            return None
        except RequestError:
            return None
        if view.final:
            return "ended"
        return "waiting" if view.state == "PAUSED" else "alive"


async def _prefect(opened: AsyncExitStack) -> RemotePrefect | None:
    if not os.environ.get("PREFECT_API_URL"):
        return None
    from podloom.flows.remote import RemotePrefect  # noqa: PLC0415 - httpx

    return await opened.enter_async_context(RemotePrefect())


async def _unfinished(settings: Settings) -> list[RunRecord]:
    from podloom.db.database import Database  # noqa: PLC0415 - SQLAlchemy: 0.7 s

    database = Database(settings)
    try:
        # A show's run that failed before it had found something has nothing to go on with.
        return [run for run in await database.resumable_runs() if run.request.sources or run.request.script]
    finally:
        await database.close()


def _refusal(wanted: str, others: list[tuple[Life, RunRecord]]) -> str:
    """Why none of the runs is gone on with: what is true of the latest of them."""
    if not others:
        which = f"no unfinished run begins with {wanted!r}" if wanted else "every run has ended well"
        return f"there is nothing to resume: {which}"
    life, run = others[0]
    if life == "waiting":
        return (
            f"run {run.id} waits for its script's reviewer: `podloom review {run.id}` shows the script and"
            " takes the answer, and a worker goes on then"
        )
    if life == "unknown":
        return (
            f"run {run.id} may be alive on another machine that shares this database; if it is not, name it:"
            f" `podloom resume {run.id}`"
        )
    return f"run {run.id} is alive and is not made twice; stop it first, or wait until it ends"

"""`podloom resume`: go on with a run that did not end."""

from __future__ import annotations

from typing import Annotated

import typer

from podloom.api import build_request
from podloom.cli.make import make_and_watch, show_episode
from podloom.cli.options import FlowRun
from podloom.cli.output import Json
from podloom.cli.running import run_async
from podloom.domain import EpisodeRequest
from podloom.errors import RequestError
from podloom.settings import load_settings


def resume(
    run: Annotated[str, typer.Argument(help="Id of a run, or the beginning of one; else the latest.")] = "",
    orchestration: FlowRun = None,
    as_json: Json = False,
) -> None:
    """Make the episode of a run that failed, was stopped or was killed; only what is missing is made.

    A run that waits for its script's reviewer goes on by `podloom review`.
    """
    request = build_request(run_async(_request(run)))
    show_episode(make_and_watch(request, orchestration, quiet=as_json), as_json=as_json)


async def _request(wanted: str) -> EpisodeRequest:
    from podloom.db.database import Database  # noqa: PLC0415 - SQLAlchemy: 0.7 s

    database = Database(load_settings())
    try:
        unfinished = [found for found in await database.resumable_runs() if found.id.startswith(wanted)]
    finally:
        await database.close()
    ready = [found for found in unfinished if found.state != "waiting"]
    if ready:
        return ready[0].request
    if unfinished:
        run_id = unfinished[0].id
        raise RequestError(
            f"run {run_id} waits for its script's reviewer: `podloom review {run_id}` shows the script and"
            " takes the answer, and a worker goes on then"
        )
    which = f"no unfinished run begins with {wanted!r}" if wanted else "every run has ended well"
    raise RequestError(f"there is nothing to resume: {which}")

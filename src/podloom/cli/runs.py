"""`podloom resume`: go on with a run that did not end."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from podloom.api import build_request
from podloom.cli.make import make_and_watch, show_episode
from podloom.cli.output import Json
from podloom.cli.running import run_async
from podloom.domain import EpisodeRequest
from podloom.errors import RequestError
from podloom.settings import load_settings


def resume(
    run: Annotated[str, typer.Argument(help="Id of a run, or the beginning of one; else the latest.")] = "",
    orchestration: Annotated[
        Literal["auto", "prefect", "inline"] | None, typer.Option(help="Whether it is a flow run.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the episode of a run that failed, was stopped or was killed; only what is missing is made."""
    request = build_request(run_async(_request(run)))
    show_episode(make_and_watch(request, orchestration, quiet=as_json), as_json=as_json)


async def _request(wanted: str) -> EpisodeRequest:
    from podloom.db.database import Database  # noqa: PLC0415 - SQLAlchemy: 0.7 s

    database = Database(load_settings())
    try:
        unfinished = [found for found in await database.resumable_runs() if found.id.startswith(wanted)]
    finally:
        await database.close()
    if not unfinished:
        which = f"no unfinished run begins with {wanted!r}" if wanted else "every run has ended well"
        raise RequestError(f"there is nothing to resume: {which}")
    return unfinished[0].request

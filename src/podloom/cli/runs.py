"""`podloom resume`: go on with a run that did not end."""

from __future__ import annotations

from typing import Annotated

import typer

from podloom.api import build_request
from podloom.cli.make import make_and_watch, show_episode
from podloom.cli.options import FlowRun
from podloom.cli.output import Json, side_console
from podloom.cli.resuming import run_to_resume
from podloom.cli.running import run_async
from podloom.stages.titles import run_name


def resume(
    run: Annotated[str, typer.Argument(help="Id of a run, or the beginning of one; else the latest.")] = "",
    orchestration: FlowRun = None,
    as_json: Json = False,
) -> None:
    """Make the episode of a run that failed, was stopped or was killed; only what is missing is made.

    It is a new run; a flow run that failed stays so on its page, where Retry goes on with that one. A run
    that is alive is left alone, and one that waits for its script's reviewer goes on by `podloom review`.
    """
    found = run_async(run_to_resume(run))
    side_console().print(f"going on with run {found.id}: {run_name(found.request)}", soft_wrap=True)
    show_episode(make_and_watch(build_request(found.request), orchestration, quiet=as_json), as_json=as_json)

"""`podloom watch`: follow a run on a Prefect server until it ends."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from podloom.cli.output import Json, console, print_json
from podloom.errors import PodloomError
from podloom.flows.remote import RemotePrefect, RunView


def watch(
    run: Annotated[str, typer.Argument(help="Id of the run, as `podloom submit` prints it.")],
    as_json: Json = False,
) -> None:
    """Show what the run is doing; exits with 0 when it was completed, else with 1."""
    last = asyncio.run(_follow(run, quiet=as_json))
    if as_json:
        print_json({"run": asdict(last)})
        raise typer.Exit(last.state != "COMPLETED")
    if last.state != "COMPLETED":
        raise PodloomError(f"{last.name}: {last.state.lower()}: {last.message}")


async def _follow(run: str, *, quiet: bool) -> RunView:
    screen = console()
    async with RemotePrefect() as server:
        async for view in server.watch(run):
            if not quiet:
                screen.print(f"{view.state.lower():<10} {view.percent:5.1f} %  {view.doing}", soft_wrap=True)
    return view

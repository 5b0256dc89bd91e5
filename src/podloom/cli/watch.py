"""`podloom watch`: follow a run on a Prefect server until it ends."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Annotated

import typer

from podloom.cli.output import Json, console, print_json
from podloom.domain.events import Event, Failed, NoteTaken, Playable, ProgressMade
from podloom.errors import PodloomError, error_class
from podloom.flows.following import follow
from podloom.flows.remote import RemotePrefect, RunView

SHOWN = (ProgressMade, NoteTaken, Playable)


def watch(
    run: Annotated[str, typer.Argument(help="Id of the run, as `podloom submit` prints it.")],
    as_json: Json = False,
) -> None:
    """Show what the run is doing; exits with 0 when it was completed, else as `make` would have."""
    view, end = asyncio.run(_follow(run, quiet=as_json))
    failure = (error_class(end.error) or PodloomError) if isinstance(end, Failed) else None
    if as_json:
        shown = {name: value for name, value in vars(view).items() if name != "journal"}
        print_json({"run": shown})
        raise SystemExit(failure.exit_code if failure else 0)  # typer's own 130 would be Ctrl-C here
    if failure:
        raise failure(f"{view.name}: {view.state.lower()}: {view.message}")


async def _follow(run: str, *, quiet: bool) -> tuple[RunView, Event]:
    screen, views, shown = console(), list[RunView](), ""
    async with RemotePrefect() as server, aclosing(follow(server, run, tell=views.append)) as events:
        async for event in events:
            if not quiet and isinstance(event, SHOWN) and str(event) != shown:
                shown = str(event)
                screen.print(shown, soft_wrap=True)
                if isinstance(event, ProgressMade) and event.state == "paused":
                    screen.print(f"read the script and answer: podloom review {run}", soft_wrap=True)
            del views[:-1]
    return views[-1], event

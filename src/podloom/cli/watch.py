"""`podloom watch`: follow a run on a Prefect server until it ends."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from podloom.cli.output import Json, console, print_json
from podloom.domain.events import Event, Failed, NoteTaken, Playable, ProgressMade
from podloom.domain.progress import timeless
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
    views = list[RunView]()
    async with RemotePrefect() as server, aclosing(follow(server, run, tell=views.append)) as events:
        with _Shown(console(), run) as shown:
            async for event in events:
                if not quiet:
                    shown.take(event)
                del views[:-1]
    return views[-1], event


class _Shown:
    """What the run is doing: one line that changes in a terminal, else a line for every change."""

    def __init__(self, screen: Console, run: str) -> None:
        self._screen, self._run, self._said = screen, run, ""
        self._line = Live(console=screen, auto_refresh=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.stop()  # the last state stays

    def take(self, event: Event) -> None:
        """The next event."""
        if isinstance(event, ProgressMade) and self._screen.is_terminal:
            self._line.start()  # once
            self._line.update(Text(str(event), overflow="fold"), refresh=True)
        if not isinstance(event, SHOWN) or timeless(str(event)) == self._said:
            return
        self._said = timeless(str(event))
        if not self._line.is_started or not isinstance(event, ProgressMade):
            self._screen.print(str(event), soft_wrap=True)
        if isinstance(event, ProgressMade) and event.state == "paused":
            self._screen.print(f"read the script and answer: podloom review {self._run}", soft_wrap=True)

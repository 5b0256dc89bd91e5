"""Progress in the terminal; silent when output is not one."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from podloom.domain import Progress
from podloom.domain.events import Event, NoteTaken
from podloom.telemetry import EventCallback

REFRESH_PER_S = 8


@contextmanager
def shown_progress(screen: Console, *, quiet: bool) -> Iterator[Panel | None]:
    """A panel that is drawn on stderr; None where nobody looks."""
    if quiet or not screen.is_terminal or not sys.stdout.isatty():
        yield None
        return
    panel = Panel()
    with Live(panel, console=screen, refresh_per_second=REFRESH_PER_S, transient=True) as panel.live:
        yield panel


def shown_notes(screen: Console) -> EventCallback:
    """Prints what a person should know about the run, as it comes; above the panel where there is one."""

    def hear(event: Event) -> None:
        if isinstance(event, NoteTaken):
            screen.print(str(event), soft_wrap=True)

    return hear


class Panel:
    """Stage, chapters, clips, audio made; drawn at most REFRESH_PER_S times a second whatever is reported."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._taken_s = clock, clock()
        self._progress = Progress(stage="plan", message="Checking the request")
        self._spinner = Spinner("dots")
        self.live: Live | None = None
        """What draws it."""

    def take(self, progress: Progress) -> None:
        """The newest state; the drawing thread reads it when it draws."""
        self._progress, self._taken_s = progress, self._clock()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Out of the way while the terminal is used for something else."""
        assert self.live is not None
        self.live.stop()
        try:
            yield
        finally:
            self.live.start()

    def __rich__(self) -> Table:
        """What is being done, how far, what came out, and where that can be heard."""
        progress = self._progress
        self._spinner.update(text=progress.message)
        grid = Table.grid(padding=(0, 1))
        grid.add_row(self._spinner)
        if progress.chapters:
            bars = Table.grid(padding=(0, 1))
            bars.add_row(
                "chapters",
                _bar(progress.chapters_done, progress.chapters),
                _of(progress.chapters_done, progress.chapters),
            )
            bars.add_row(
                "clips",
                _bar(progress.segments_done, progress.segments),
                _of(progress.segments_done, progress.segments),
            )
            grid.add_row(bars)
        facts = (
            f"{progress.audio_s:.0f} s of audio, {progress.cache_hits} from the cache,"
            f" {progress.elapsed_s + self._clock() - self._taken_s:.0f} s"
        )
        grid.add_row(facts)
        if progress.listen:
            grid.add_row(Text(f"listen while it is made: {progress.listen}", overflow="fold"))
        return grid


def _bar(done: int, total: int) -> ProgressBar:
    return ProgressBar(total=max(total, 1), completed=done, width=40)


def _of(done: int, total: int) -> str:
    return f"{done}/{total}"

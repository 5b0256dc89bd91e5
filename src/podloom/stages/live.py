"""What is finished of an episode can be heard while the rest is made: audio/live.py, for one run.

A stream lies in the output folder, beside the episodes, as `_live/<run>/`; no episode's folder is called so
(see `slug`). When the episode is in its place it goes at once, where nobody was told an address of it and the
library has shown it to nobody: a page that was opened from the disk goes on in the finished file. Else, and
where the run did not end well, it stays for those who are listening, and is cleaned up later.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from podloom.domain import Episode, Outline, slug
from podloom.publish.live import LIVE_PAGE_NAME, STATE_NAME, LiveState, Stage, live_page
from podloom.settings import Settings
from podloom.stages.run import Run

if TYPE_CHECKING:
    from podloom.audio.live import LiveStream

LIVE = "_live"
HEARD = ".heard"
"""Marks a stream that the library has shown to somebody."""
KEPT_S = 6 * 3600.0
"""After the last change: twice the longest episode, so that whoever began to listen can listen to the end."""


@contextmanager
def live_stream(run: Run, outline: Outline) -> Iterator[Live]:
    """The stream of a run's mix; ended as the block ends, whole or not."""
    live = Live(run, outline)
    state: Stage = "stopped"
    try:
        yield live
        state = "complete"
    finally:
        live.end(state)


class Live:
    """The stream of one run, if it has one: it is switched on, and there is an MP3 file to take it from."""

    def __init__(self, run: Run, outline: Outline) -> None:
        self._run = run
        self._title = run.title(outline)
        self._loop = asyncio.get_running_loop()
        self._stream: LiveStream | None = None

    def tap(self) -> Callable[[bytes], None] | None:
        """Where a mix, from its beginning, sends its MP3 file as well; called in the mixer's thread."""
        if not self._run.settings.listening.live or "mp3" not in self._run.request.formats:
            return None
        if self._stream is None:
            from podloom.audio.live import LiveStream  # noqa: PLC0415 - soxr, with the mixer

            clean_live(self._run.settings)
            self._stream = LiveStream(
                live_folder(self._run), on_playable=self._show, on_trouble=self._run.telemetry.note
            )
        self._stream.begin_mix()
        return self._stream.write

    def close_mix(self) -> None:
        """The last line is in the mix."""
        if self._stream is not None:
            self._stream.close_mix()

    def end(self, state: Stage) -> None:
        """End the list: a few kilobytes, written at once, also when the run is being cancelled."""
        if self._stream is None:
            return
        self._stream.end()
        if self._stream.begun:
            _tell(self._run, self._title, state)

    def _show(self) -> None:
        """There is something to be heard; called by the encoder's thread."""
        run, folder = self._run, live_folder(self._run)
        from podloom.stages.publish import NAMES  # noqa: PLC0415 - loaded when there is something to publish

        place = f"../../{quote(slug(self._title))}"
        page = live_page(
            self._title,
            run.request.podcast,
            run.request.language,
            page=f"{place}/{NAMES['page']}",
            sound=f"{place}/{NAMES['mp3']}",
        )
        (folder / LIVE_PAGE_NAME).write_text(page, encoding="utf-8")
        _tell(run, self._title, "growing")
        _register(run.settings, folder)
        told = partial(run.telemetry.report, listen=address(run.settings, folder))
        self._loop.call_soon_threadsafe(told)


def live_folder(run: Run) -> Path:
    """Of the run's stream, whether there is one or not."""
    return run.partial.parent / LIVE / run.id


def address(settings: Settings, folder: Path) -> str:
    """Of a stream's page: where the library shows it, else its path."""
    return shown_at(settings, folder) or str(folder / LIVE_PAGE_NAME)


def shown_at(settings: Settings, folder: Path) -> str:
    """Where the library shows a folder, with a slash at its end; "" if there is none or it lies elsewhere."""
    url, shown = settings.listening.url.strip().rstrip("/"), settings.library_folder
    if url and folder.is_relative_to(shown):
        return f"{url}/{quote(folder.relative_to(shown).as_posix())}/"
    return ""


def point_to(run: Run, episode: Episode) -> None:
    """The finished episode is in its place: the stream's page leads there, or is not needed any more."""
    folder = live_folder(run)
    if not folder.is_dir():
        return
    if shown_at(run.settings, folder) or is_heard(folder):
        page = f"../../{quote(Path(episode.folder).name)}/{episode.files['page']}"
        _tell(run, episode.title, "complete", page)
    else:
        _remove(folder, _registered(run.settings) / folder.name)


def note_heard(folder: Path) -> None:
    """Somebody listens to the stream in `folder`, or is about to; it stays after the run."""
    with suppress(OSError):  # it is gone, or nothing may be written there
        (folder / HEARD).touch()


def is_heard(folder: Path) -> bool:
    """Whether `note_heard` was called for it."""
    return (folder / HEARD).exists()


def clean_live(settings: Settings) -> int:
    """Remove streams that nobody wrote to for KEPT_S; returns how many."""
    return sum(_clean_one(link) for link in _registered(settings).glob("*"))


def _clean_one(link: Path) -> bool:
    """Whether the stream behind a registered link was removed."""
    old = False
    with suppress(FileNotFoundError):  # another process cleans up as well
        folder = link.readlink()
        if folder.is_dir():
            old = folder.stat().st_mtime < time.time() - KEPT_S
            if not old:
                return False
        _remove(folder, link)
    return old


def _remove(folder: Path, link: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    link.unlink(missing_ok=True)
    with suppress(OSError):  # another run's stream is in there
        folder.parent.rmdir()


def _tell(run: Run, title: str, state: Stage, episode: str = "") -> None:
    told = LiveState(title=title, podcast=run.request.podcast, state=state, episode=episode)
    try:
        (live_folder(run) / STATE_NAME).write_text(told.script(), encoding="utf-8")
    except OSError as error:
        run.telemetry.note(f"the page of the live stream is not up to date: {error}")


def _registered(settings: Settings) -> Path:
    """Links to all streams of this home, wherever their output folders are."""
    return settings.home / "live"


def _register(settings: Settings, folder: Path) -> None:
    link = _registered(settings) / folder.name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(folder, target_is_directory=True)

"""What is in an output folder, for the library's first page: episodes, streams and feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from podloom.audio.live import ENDING, GROWING, PLAYLIST
from podloom.publish.chapters import clock
from podloom.publish.feed import FEED_NAME
from podloom.publish.live import STATE_NAME, LiveState
from podloom.publish.manifests import manifest_paths
from podloom.stages.live import LIVE


@dataclass(frozen=True)
class Entry:
    """A line of the page."""

    title: str
    podcast: str
    link: str
    """From the library's root."""
    day: str = ""
    length: str = ""
    language: str = ""
    """Of the title; "" where it is not known."""


class Shelf:
    """The output folder, and the folders in it: shows may have one each.

    Unfinished folders and other hidden ones are not looked into. Manifests are read again when they change.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[int, Entry]] = {}

    def episodes(self) -> list[Entry]:
        """Finished episodes, newest first."""
        found = []
        for parent in self._folders():
            for path in manifest_paths(parent):
                with suppress(FileNotFoundError):  # it is being replaced at this moment
                    found.append(self._episode(path))
        return sorted(found, key=lambda entry: (entry.day, entry.title), reverse=True)

    def streams(self) -> list[Entry]:
        """Episodes that are being made and can be heard."""
        found = []
        for folder in self._streams():
            state = _state(folder)
            if state is not None and state.state == "growing" and not ended(folder):
                found.append(Entry(state.title, state.podcast, self._link(folder)))
        return found

    def feeds(self) -> list[Entry]:
        """Published feeds, by the name of their folder."""
        return [
            Entry(parent.name, "", self._link(parent) + FEED_NAME)
            for parent in self._folders()
            if (parent / FEED_NAME).is_file()
        ]

    def stream(self, run: str) -> Path | None:
        """The folder of a run's stream, if there is something to be heard."""
        return next((f for f in self._streams() if f.name == run and (f / GROWING).is_file()), None)

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield self.folder
            yield from sorted(path for path in self.folder.glob("[!._]*") if path.is_dir())

    def _streams(self) -> Iterator[Path]:
        for parent in self._folders():
            yield from sorted((parent / LIVE).glob("[!.]*"))

    def _episode(self, path: Path) -> Entry:
        changed = path.stat().st_mtime_ns
        known = self._known.get(path)
        if known is None or known[0] != changed:
            self._known[path] = known = (changed, self._read(path))
        return known[1]

    def _read(self, path: Path) -> Entry:
        """One that cannot be read is listed by its folder, so that somebody sees it."""
        link = self._link(path.parent)
        try:
            manifest = json.loads(path.read_bytes())
            return Entry(
                str(manifest["title"]),
                str(manifest["podcast"]),
                link,
                str(manifest["published_at"])[:10],
                clock(manifest["duration_s"]).removeprefix("00:"),
                manifest.get("language", ""),
            )
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            return Entry(f"{path.parent.name} (its manifest cannot be read: {error!r})", "", link)

    def _link(self, folder: Path) -> str:
        within = folder.relative_to(self.folder).as_posix()
        return "" if within == "." else f"{quote(within)}/"


def ended(folder: Path) -> bool:
    """Whether nothing comes any more in the stream in `folder`."""
    try:
        with (folder / PLAYLIST).open("rb") as file:
            file.seek(-min(len(ENDING), file.seek(0, 2)), 2)
            return file.read().decode() == ENDING
    except FileNotFoundError:
        return not folder.is_dir()


def _state(folder: Path) -> LiveState | None:
    """None when it has none, or is being written at this moment."""
    try:
        return LiveState.from_script((folder / STATE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None

"""A show: what it watches, and the one episode that is due when something new is there.

What was used is read from the manifests of the show's episodes, so there is no second memory that could
disagree with them: a run that failed has left no manifest, and its batch is tried again.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from podloom.domain import (
    EpisodeRequest,
    Format,
    Frozen,
    Language,
    OutputFormat,
    Priority,
    SpeakerRequest,
    WriterName,
    slug,
)
from podloom.errors import RequestError, SourceError
from podloom.sources.feeds import read_feed
from podloom.sources.locate import AUDIO_SUFFIXES, TEXT_SUFFIXES
from podloom.sources.read import read_sources
from podloom.stages.origins import MANIFEST, read_origins

log = logging.getLogger(__name__)
EPISODE_FIELDS = (
    *("podcast", "language", "format", "minutes", "speakers", "instructions", "engine", "writer"),
    *("priority", "formats", "music", "out", "pronunciations"),
)


def _at(position: int, title: str, description: str, **bounds: Any) -> Any:
    return Field(title=title, description=description, json_schema_extra={"position": position}, **bounds)


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)  # UTC also where the system has no table of zones


def _known_zone(name: str) -> str:
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; give one as Europe/Berlin") from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class Show(Frozen):
    """What is watched, and how its episodes should sound."""

    podcast: str = _at(0, "Podcast", "Name of the show.", min_length=1, max_length=100)
    feeds: tuple[str, ...] = _at(1, "Feeds", "Addresses of RSS or Atom feeds, each an item.", default=())
    pages: tuple[str, ...] = _at(2, "Pages", "Web pages; new when their text has changed.", default=())
    folders: tuple[str, ...] = _at(
        3, "Folders", "Folders of the worker, with texts, PDFs or recordings.", default=()
    )
    most_sources: int = _at(
        4, "Sources in one episode", "The newest so many; older ones are left out.", default=5, ge=1, le=50
    )
    language: Language = _at(
        5, "Language", "The language that is spoken: en English, ko Korean.", default="en"
    )
    format: Format = _at(
        6, "Format", "conversation and interview: two voices. narration: one.", default="conversation"
    )
    minutes: float = _at(7, "Minutes", "Length to aim for.", default=5.0, ge=0.5, le=180)
    speakers: tuple[SpeakerRequest, ...] = _at(
        8, "Speakers", "Up to four. Empty: a cast that fits.", default=(), max_length=4
    )
    instructions: str = _at(9, "Instructions", "Goes to the writer as it is.", default="", max_length=4000)
    engine: str = _at(10, "Speech engine", "auto, or one that `podloom voices` lists.", default="auto")
    writer: WriterName = _at(
        11, "Writer", "openai: a model server. offline: a draft without one.", default="auto"
    )
    priority: Priority = _at(12, "Priority", "breaking before normal before backfill.", default="normal")
    formats: tuple[OutputFormat, ...] = _at(
        13, "Audio formats", "mp3 for podcast apps; m4a, opus beside it.", default=("mp3",)
    )
    music: bool = _at(14, "Music", "Intro, stings and outro.", default=True)
    out: str = _at(15, "Output folder", "Every episode gets a folder of its own inside.", default="out")
    pronunciations: tuple[str, ...] = _at(
        16, "Pronunciations", "WORD=RESPELLING, or WORD=/IPA/. Each an item.", default=()
    )
    timezone: Zone = _at(17, "Time zone", "Of the date in titles, as Asia/Seoul.", default="UTC")

    def today(self) -> date:
        """The date where the show is made for."""
        return datetime.now(_zone(self.timezone)).date()


@dataclass(frozen=True)
class Used:
    """What the show's episodes were made from."""

    sources: dict[str, datetime] = field(default_factory=dict)
    """Address or path as it was asked for, and when the latest episode from it was published."""
    texts: frozenset[str] = frozenset()
    """Digests of the texts."""


async def next_episode(show: Show, today: date | None = None) -> EpisodeRequest | None:
    """The episode that is due; None when nothing is new since the last one.

    Raises:
        RequestError: The show watches nothing.
        SourceError: Nothing is new where one could look, and not everything could be looked at.
    """
    if not (show.feeds or show.pages or show.folders):
        raise RequestError(f"the show {show.podcast!r} watches nothing; name feeds, pages or folders")
    used = await asyncio.to_thread(used_by, Path(show.out), show.podcast)
    problems: list[SourceError] = []
    files = await asyncio.to_thread(new_files, show.folders, used)
    candidates = [*files, *show.pages, *await _new_entries(show, used, problems)]
    fresh = await _readable(list(dict.fromkeys(candidates)), show, used, problems)
    for problem in problems:
        log.warning("%s: left out: %s", show.podcast, problem)
    if not fresh:
        if problems:
            raise problems[0]
        return None
    fields = {name: getattr(show, name) for name in EPISODE_FIELDS}
    title = free_title(show, today or show.today())
    return EpisodeRequest(sources=tuple(fresh), title=title, **fields)


def used_by(out: Path, podcast: str) -> Used:
    """What the finished episodes of the podcast in `out` were made from."""
    sources: dict[str, datetime] = {}
    texts: set[str] = set()
    for path in out.glob(f"*/{MANIFEST}"):
        if path.parent.name.startswith("."):
            continue  # not finished, or about to be replaced
        with suppress(FileNotFoundError):  # being replaced just now
            origins = read_origins(path)
            if origins.podcast != podcast:
                continue
            for source, at in origins.sources.items():
                published = datetime.fromisoformat(at)
                sources[source] = max(published, sources.get(source, published))
            texts |= {text["sha256"] for text in origins.texts}
    return Used(sources, frozenset(texts))


def new_files(folders: tuple[str, ...], used: Used) -> list[str]:
    """Readable files that no episode was made from, or that changed since; newest first."""
    found: list[tuple[float, str]] = []
    for folder in folders:
        if not Path(folder).is_dir():
            raise RequestError(f"the watched folder {folder!r} does not exist; make it or correct the path")
        for path in Path(folder).iterdir():
            if path.suffix.lower() not in TEXT_SUFFIXES + AUDIO_SUFFIXES or path.name.startswith("."):
                continue
            changed = path.stat().st_mtime
            last = used.sources.get(str(path))
            if last is None or changed > last.timestamp():
                found.append((changed, str(path)))
    return [path for _, path in sorted(found, reverse=True)]


def new_links(links: list[str], used: Used) -> list[str]:
    """What stands above the newest entry that was used; all of it when none was."""
    for index, link in enumerate(links):
        if link in used.sources:
            return links[:index]
    return links


def free_title(show: Show, today: date) -> str:
    """Name and date; a second episode of that day gets a number instead of replacing the first."""
    title = first = f"{show.podcast}, {today.isoformat()}"
    number = 1
    while (Path(show.out) / slug(title)).exists():
        number += 1
        title = f"{first} ({number})"
    return title


@contextmanager
def turn(show: Show) -> Iterator[bool]:
    """Whether it is our turn: one run a show at a time makes an episode. A killed run holds nothing."""
    out = Path(show.out)
    out.mkdir(parents=True, exist_ok=True)
    with (out / f".{slug(show.podcast)}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


async def _new_entries(show: Show, used: Used, problems: list[SourceError]) -> list[str]:
    links: list[str] = []
    for address in show.feeds:
        try:
            links += new_links([entry.link for entry in await read_feed(address)], used)
        except SourceError as problem:
            problems.append(problem)
    return links


async def _readable(candidates: list[str], show: Show, used: Used, problems: list[SourceError]) -> list[str]:
    """The first so many that can be read and whose text is new: one dead link does not stop a show."""
    fresh: list[str] = []
    for source in candidates:
        if len(fresh) == show.most_sources:
            break
        if source.lower().endswith(AUDIO_SUFFIXES):  # listening takes minutes; the run does it once
            fresh.append(source)
            continue
        try:
            (document,) = await read_sources((source,), language_hint=show.language)
        except SourceError as problem:
            problems.append(problem)
            continue
        if document.sha256 not in used.texts:
            fresh.append(source)
    return fresh

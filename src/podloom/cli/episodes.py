"""`podloom list` and `podloom show`: what was made."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from podloom.cli.output import Json, console, print_json
from podloom.cli.running import run_async
from podloom.domain import Episode, EpisodeRecord
from podloom.errors import RequestError
from podloom.settings import load_settings


def list_episodes(
    podcast: Annotated[str, typer.Option(help="Only of this show.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the episodes that were made."""
    episodes = run_async(_list(podcast, limit))
    if as_json:
        print_json({"episodes": [episode.model_dump(mode="json") for episode in episodes]})
        return
    table = Table("made", "podcast", "title", "length", "engine", "id", box=None)
    for episode in episodes:
        table.add_row(
            episode.published_at[:16],
            episode.podcast,
            episode.title,
            _clock(episode.duration_s),
            episode.engine,
            episode.id[:8],
        )
    console().print(table if episodes else "no episodes yet; make one with `podloom make SOURCE`")


def show_episode(
    episode: Annotated[str, typer.Argument(help="Id, or the beginning of one, or a title.")],
    as_json: Json = False,
) -> None:
    """Show one episode with its chapters, files and timings."""
    record = run_async(_load(episode))
    if as_json:
        print_json(record.model_dump(mode="json"))
        return
    _print(record)


async def _list(podcast: str, limit: int) -> list[Episode]:
    from podloom.db.database import Database  # noqa: PLC0415 - SQLAlchemy: 0.7 s

    database = Database(load_settings())
    try:
        return list(await database.list_episodes(limit=limit, podcast=podcast or None))
    finally:
        await database.close()


async def _load(wanted: str) -> EpisodeRecord:
    from podloom.db.database import Database  # noqa: PLC0415 - SQLAlchemy: 0.7 s

    database = Database(load_settings())
    try:
        listed = await database.list_episodes(limit=1000)
        matching = [e for e in listed if e.id.startswith(wanted) or e.title == wanted]
        if len(matching) != 1:
            found = f"{len(matching)} episodes match" if matching else "no episode matches"
            raise RequestError(f"{found} {wanted!r}; `podloom list` shows the ids")
        record = await database.load_episode(matching[0].id)
    finally:
        await database.close()
    return record


def _print(record: EpisodeRecord) -> None:
    episode, screen = record.episode, console()
    rows: dict[str, Any] = {
        "id": episode.id,
        "podcast": episode.podcast,
        "made": f"{episode.published_at} in {episode.seconds:.1f} s",
        "length": f"{_clock(episode.duration_s)} of {_clock(episode.asked_s)} asked",
        "loudness": f"{episode.loudness.integrated_lufs} LUFS, peak {episode.loudness.true_peak_dbtp} dBTP",
        "voices": f"{episode.engine}: " + ", ".join(f"{s.name} = {s.voice.id}" for s in record.speakers),
        "writer": episode.writer,
        "sources": "\n".join(f"{s.title} ({s.origin})" for s in record.sources),
        "folder": episode.folder,
    }
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(overflow="fold")
    for name, value in rows.items():
        grid.add_row(name, str(value))
    screen.print(Text(episode.title, "bold"))
    screen.print(grid)
    for mark in episode.chapters:
        screen.print(f"  {_clock(mark.start_s)}  {mark.title}")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"

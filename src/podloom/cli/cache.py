"""`podloom cache`: what is remembered; and `podloom clean`."""

from __future__ import annotations

from typing import Annotated, get_args

import typer
from rich.table import Table

from podloom.api import build_request
from podloom.cache.opening import open_cache
from podloom.cache.protocol import Tier
from podloom.cache.tiers import TierStats
from podloom.cli.output import Json, console, print_json
from podloom.cli.running import run_async
from podloom.cli.speakers import parse_speakers
from podloom.domain import Language
from podloom.domain.progress import count_of
from podloom.errors import RequestError
from podloom.settings import load_settings

app = typer.Typer(name="cache", help="What is remembered.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def stats(as_json: Json = False) -> None:
    """Entries, size and hit rate of every tier."""
    where, rows = run_async(_stats())
    if as_json:
        print_json({"where": where, "tiers": [vars(row) for row in rows]})
        return
    table = Table("tier", "entries", "KB", "hits", "misses", "hit rate", box=None)
    for row in rows:
        asked = row.hits + row.misses
        rate = f"{100 * row.hits / asked:.0f} %" if asked else ""
        table.add_row(
            row.tier, str(row.entries), f"{row.bytes / 1024:.0f}", str(row.hits), str(row.misses), rate
        )
    console().print(where, soft_wrap=True)
    console().print(table)


@app.command()
def clear(
    tier: Annotated[str, typer.Option(help="structure, script, tts or transcription; else all.")] = "",
    as_json: Json = False,
) -> None:
    """Forget a tier, or everything."""
    if tier and tier not in get_args(Tier):
        raise RequestError(f"there is no tier {tier!r}; tiers are {', '.join(get_args(Tier))}")
    count = run_async(_clear(next((known for known in get_args(Tier) if known == tier), None)))
    if as_json:
        print_json({"cleared": count})
    else:
        console().print(f"{count_of(count, 'entry', 'entries')} forgotten")


@app.command()
def warm(
    phrases: Annotated[list[str] | None, typer.Argument(help="What the show always says.")] = None,
    language: Annotated[Language, typer.Option(help="What is spoken.")] = "en",
    engine: Annotated[str, typer.Option(help="As for make.")] = "auto",
    speakers: Annotated[str, typer.Option(help="As for make.")] = "",
    podcast: Annotated[str, typer.Option(help="The show.")] = "Podloom",
    as_json: Json = False,
) -> None:
    """Voice a show's stock phrases and its disclosure before an episode needs them."""
    from podloom.stages.warming import warm as warm_show  # noqa: PLC0415 - imports the rooms

    request = build_request(
        ("stock phrases of a show",),
        language=language,
        engine=engine,
        speakers=parse_speakers(speakers),
        podcast=podcast,
        writer="offline",
    )
    counts = run_async(warm_show(request, load_settings(), phrases or []))
    if as_json:
        print_json(dict(counts))
    else:
        console().print(f"{count_of(counts['made'], 'clip')} made, {counts['known']} there already")


def clean(as_json: Json = False) -> None:
    """Remove expired entries, clips that nothing refers to, and what killed runs left behind."""
    from podloom.stages.cleaning import clean as clean_up  # noqa: PLC0415 - imports the rooms

    counts = run_async(clean_up(load_settings()))
    if as_json:
        print_json(dict(counts))
    else:
        console().print(", ".join(f"{count} {what}" for what, count in counts.items()) + " removed")


async def _stats() -> tuple[str, list[TierStats]]:
    cache = open_cache(load_settings())
    try:
        return await cache.check(), await cache.stats()
    finally:
        await cache.close()


async def _clear(tier: Tier | None) -> int:
    cache = open_cache(load_settings())
    try:
        return await cache.clear(tier)
    finally:
        await cache.close()

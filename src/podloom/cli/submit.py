"""`podloom submit`: queue an episode on a Prefect server and come back at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from podloom.api import build_request, submit_podcast_async
from podloom.cli.make import read_stdin, split_formats
from podloom.cli.output import Json, console, print_json
from podloom.cli.speakers import parse_speakers
from podloom.domain import Format, Language, Priority, WriterName
from podloom.sources.locate import looks_like_path


def submit(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Addresses, files or texts; - reads standard input.", show_default=False),
    ] = None,
    out: Annotated[str, typer.Option(help="Output folder on the worker; else its default.")] = "",
    title: Annotated[str, typer.Option(help="Else from the sources or the writer.")] = "",
    podcast: Annotated[str, typer.Option(help="The show this episode belongs to.")] = "",
    language: Annotated[Language | None, typer.Option(help="What is spoken.")] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="Shape of the episode.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Length to aim for.")] = None,
    speakers: Annotated[str, typer.Option(help="NAME[:ROLE][=VOICE], separated by commas.")] = "",
    instructions: Annotated[str, typer.Option(help="For the writer.")] = "",
    engine: Annotated[str, typer.Option(help="auto, kokoro, openai, coqui, piper or tone.")] = "",
    writer: Annotated[WriterName | None, typer.Option(help="Who writes.")] = None,
    priority: Annotated[Priority, typer.Option(help="Its queue, and its voices' turn.")] = "normal",
    formats: Annotated[str, typer.Option(help="mp3, m4a, opus; separated by commas.")] = "",
    as_json: Json = False,
) -> None:
    """Queue an episode; `podloom watch RUN` follows it."""
    fields: dict[str, Any] = {
        "out": out,
        "title": title,
        "podcast": podcast,
        "language": language,
        "format": format_,
        "minutes": minutes,
        "speakers": parse_speakers(speakers),
        "instructions": instructions,
        "engine": engine,
        "writer": writer,
        "formats": split_formats(formats),
    }
    # What is left out stays the deployment's own default.
    given = {name: value for name, value in fields.items() if value}
    found = [_absolute(source) for source in read_stdin(sources or [])]
    run_id = asyncio.run(submit_podcast_async(build_request(found, priority=priority, **given)))
    if as_json:
        print_json({"run": run_id})
    else:
        console().print(run_id)


def _absolute(source: str) -> str:
    """The worker has another working folder."""
    path = Path(source).expanduser() if looks_like_path(source) else None
    return str(path.resolve()) if path and path.is_file() else source

"""`podloom submit`: queue an episode on a Prefect server and come back at once."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from podloom.api import build_request, submit_podcast_async
from podloom.cli import options
from podloom.cli.asked import asked_fields, read_stdin
from podloom.cli.output import Json, print_json
from podloom.domain import Format, Language, Priority, WriterName
from podloom.stages.asking import absolute_source


def submit(
    sources: options.Sources = None,
    out: Annotated[str, typer.Option(help="Output folder on the worker; else its default.")] = "",
    title: options.Title = "",
    podcast: options.Podcast = "",
    language: Annotated[Language | None, typer.Option(help="What is spoken.")] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="Shape of the episode.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Length to aim for.")] = None,
    chapters: options.Chapters = 0,
    speakers: options.Speakers = "",
    instructions: options.Instructions = "",
    pronounce: options.Pronounce = None,
    engine: options.Engine = "",
    writer: Annotated[WriterName | None, typer.Option(help="Who writes.")] = None,
    priority: Annotated[Priority, typer.Option(help="Its queue, and its voices' turn.")] = "normal",
    deadline: options.Deadline = "",
    formats: options.Formats = "",
    review: Annotated[
        bool, typer.Option("--review", help="Wait for `podloom review` before voicing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Queue an episode; `podloom watch RUN` follows it."""
    # What is left out stays the deployment's own default.
    given = {name: value for name, value in asked_fields(locals()).items() if value}
    found = [absolute_source(source) for source in read_stdin(sources or [])]
    run = asyncio.run(submit_podcast_async(build_request(found, **given)))
    if as_json:
        print_json({"run": run.id})
    else:
        typer.echo(run.id)

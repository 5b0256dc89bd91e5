"""`podloom make`: one episode from sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.text import Text

from podloom.api import Orchestration, build_request, generate_podcast_async
from podloom.cli import options
from podloom.cli.asked import asked_fields, given_fields, read_stdin
from podloom.cli.output import Json, console, print_json, side_console
from podloom.cli.progress import shown_notes, shown_progress
from podloom.cli.reviewing import TerminalReviewer, check_terminal
from podloom.cli.running import run_async
from podloom.domain import Episode, EpisodeRequest, Format, Language, OutputFormat, Priority, WriterName
from podloom.domain.progress import count_of
from podloom.stages.revoicing import revoice_request


def make(
    context: typer.Context,
    sources: options.Sources = None,
    out: Annotated[str, typer.Option(help="The episode gets a folder of its own inside.")] = "out",
    title: options.Title = "",
    podcast: options.Podcast = "Podloom",
    language: Annotated[Language, typer.Option(help="What is spoken.")] = "en",
    format_: Annotated[Format, typer.Option("--format", help="Shape of the episode.")] = "conversation",
    minutes: Annotated[float, typer.Option(help="Length to aim for.")] = 5.0,
    chapters: options.Chapters = 0,
    speakers: options.Speakers = "",
    instructions: options.Instructions = "",
    pronounce: options.Pronounce = None,
    engine: options.Engine = "auto",
    writer: Annotated[WriterName, typer.Option(help="Who writes.")] = "auto",
    priority: Annotated[Priority, typer.Option(help="Against other episodes.")] = "normal",
    deadline: options.Deadline = "",
    formats: options.Formats = "mp3",
    music: Annotated[bool, typer.Option(help="Intro, stings and outro.")] = True,
    intro: Annotated[str, typer.Option(help="Own intro, a sound file.")] = "",
    outro: Annotated[str, typer.Option(help="Own outro, a sound file.")] = "",
    cover: Annotated[str, typer.Option(help="Own cover, a square picture.")] = "",
    disclosure: Annotated[bool, typer.Option(help="Say that the voices are synthetic.")] = True,
    seed: Annotated[int, typer.Option(help="Same seed, same episode.")] = 7,
    from_script: Annotated[str, typer.Option(help="Edited script.json; only changed lines are voiced.")] = "",
    review: Annotated[bool, typer.Option("--review", help="Read the script before it is voiced.")] = False,
    orchestration: options.FlowRun = None,
    as_json: Json = False,
) -> None:
    """Make an episode: script, voices, mastered audio, transcript, chapters."""
    fields = asked_fields(locals())
    if from_script:
        request = revoice_request(from_script, **given_fields(context, fields), sources=tuple(sources or ()))
    else:
        request = build_request(read_stdin(sources or []), **fields)
    show_episode(make_and_watch(request, orchestration, quiet=as_json), as_json=as_json)


def make_and_watch(request: EpisodeRequest, orchestration: Orchestration | None, *, quiet: bool) -> Episode:
    """Run in this thread's own loop, so that Ctrl-C stops it at once."""
    if request.review:
        check_terminal(quiet=quiet)
    screen = side_console()
    with shown_progress(screen, quiet=quiet) as panel:
        making = generate_podcast_async(
            request,
            orchestration=orchestration,
            on_progress=panel.take if panel else None,
            on_event=shown_notes(screen),
            review=TerminalReviewer(panel) if request.review else None,
        )
        return run_async(making)


def show_episode(episode: Episode, *, as_json: bool) -> None:
    """What was made and where it lies."""
    if as_json:
        print_json(episode.model_dump(mode="json"))
        return
    folder, screen = Path(episode.folder), console()
    minutes, seconds = divmod(round(episode.duration_s), 60)
    label = " (draft: no language model wrote it)" if episode.draft else ""
    screen.print(Text(episode.title, "bold").append(label, "not bold"))
    screen.print(
        f"{minutes}:{seconds:02d} min of {episode.asked_s / 60:g} asked,"
        f" {count_of(len(episode.chapters), 'chapter')}, {count_of(episode.segments, 'line')},"
        f" {episode.loudness.integrated_lufs:.1f} LUFS, made in {episode.seconds:.1f} s"
    )
    screen.print(f"voices: {episode.engine}; writer: {episode.writer}")
    heard = next(name for kind, name in episode.files.items() if kind in get_args(OutputFormat))
    screen.print(f"listen: {folder / heard}", soft_wrap=True)
    screen.print(f"read along: {folder / episode.files['page']}", soft_wrap=True)

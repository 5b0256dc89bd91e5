"""The command's frame: its groups, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import logging
import sys

import typer

from podloom.cli import cache, database, demo, doctor, episodes, make, runs, serve, submit, voices, watch
from podloom.cli.output import print_error
from podloom.errors import PodloomError
from podloom.settings import load_settings

app = typer.Typer(
    name="podloom",
    help="Turns sources into a finished podcast episode.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(make.make)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(voices.voices)
app.command("list")(episodes.list_episodes)
app.command("show")(episodes.show_episode)
app.command()(runs.resume)
app.command()(serve.serve)
app.command()(submit.submit)
app.command()(watch.watch)
app.command()(cache.clean)
app.add_typer(cache.app)
app.add_typer(database.app)


def run() -> None:
    """Parse the command line, run the command, exit."""
    as_json = "--json" in sys.argv
    try:
        logging.basicConfig(level=load_settings().log_level, format="%(levelname)s %(name)s: %(message)s")
        app()  # wrong options are its own business, and exit with 2
    except PodloomError as error:
        print_error(error, as_json=as_json)
        sys.exit(error.exit_code)

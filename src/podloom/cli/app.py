"""The command's frame: its groups, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import logging
import sys
from typing import Any

import typer

from podloom.cli import (
    cache,
    database,
    demo,
    doctor,
    episodes,
    make,
    review,
    runs,
    serve,
    speech_server,
    stats,
    submit,
    voices,
    watch,
)
from podloom.cli.output import print_error
from podloom.cli.running import STOPPED
from podloom.errors import PodloomError, RequestError, StoppedError
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
app.command("speech-server")(speech_server.speech_server)
app.command()(stats.stats)
app.command()(submit.submit)
app.command()(watch.watch)
app.command()(review.review)
app.command()(cache.clean)
app.add_typer(cache.app)
app.add_typer(database.app)


UsageError: Any = typer.BadParameter.__mro__[1]
"""Of the click inside of typer, which has no public name of its own."""


def run() -> None:
    """Parse the command line, run the command, exit."""
    try:
        logging.basicConfig(level=load_settings().log_level, format="%(levelname)s %(name)s: %(message)s")
        code = _run_command()
    except PodloomError as error:
        print_error(error, as_json="--json" in sys.argv)
        code = error.exit_code
    sys.exit(code)


def _run_command() -> int:
    """The exit code of a command that raised no error.

    Raises:
        PodloomError: What went wrong, wrong options included.
    """
    try:
        code = app(standalone_mode=False) or 0
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError" and "--json" not in sys.argv:
            error.show()
            return RequestError.exit_code
        raise RequestError(_one_sentence(error)) from None
    if code == StoppedError.exit_code:  # Ctrl-C before or after a run
        raise StoppedError(STOPPED)
    return int(code)


def _one_sentence(error: Any) -> str:
    """What is wrong with the command line, and where the options are listed."""
    command = error.ctx.command_path if error.ctx else "podloom"
    return f"{' '.join(error.format_message().split()).rstrip('.')}; `{command} --help` lists the options"

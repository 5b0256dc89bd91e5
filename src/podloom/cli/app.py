"""The command's frame: its commands, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from typing import Any

import typer

from podloom.cli.output import print_error
from podloom.errors import PodloomError, RequestError, StoppedError

COMMANDS = {
    "make": "make.make",
    "demo": "demo.demo",
    "doctor": "doctor.doctor",
    "voices": "voices.voices",
    "list": "episodes.list_episodes",
    "show": "episodes.show_episode",
    "resume": "runs.resume",
    "serve": "serve.serve",
    "library": "library.library",
    "speech-server": "speech_server.speech_server",
    "stats": "stats.stats",
    "submit": "submit.submit",
    "watch": "watch.watch",
    "review": "review.review",
    "clean": "cache.clean",
    "cache": "cache.app",
    "db": "database.app",
}
"""Module and function, or group, of each; imported when it is called, for most of them need a room."""


def build_app(*names: str) -> typer.Typer:
    """The command line with these commands, or with all."""
    app = typer.Typer(
        name="podloom",
        help="Turns sources into a finished podcast episode.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_podloom)  # else one command alone would have no name
    for name in names or COMMANDS:
        module, _, attribute = COMMANDS[name].partition(".")
        command = getattr(import_module(f"podloom.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command)
        else:
            app.command(name)(command)
    return app


def _podloom() -> None:
    """Has no options of its own."""


UsageError: Any = typer.BadParameter.__mro__[1]
"""Of the click inside of typer, which has no public name of its own."""


def run() -> None:
    """Parse the command line, run the command, exit."""
    try:
        logging.basicConfig(level=_log_level(), format="%(levelname)s %(name)s: %(message)s")
        for client in ("httpx", "httpx2"):  # they log whole addresses, and a webhook's is a secret
            logging.getLogger(client).setLevel(logging.WARNING)
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
    called = [name for name in sys.argv[1:2] if name in COMMANDS]
    try:
        code = build_app(*called)(standalone_mode=False) or 0
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError" and "--json" not in sys.argv:
            error.show()
            return RequestError.exit_code
        raise RequestError(_one_sentence(error)) from None
    if code == StoppedError.exit_code:  # Ctrl-C before or after a run
        from podloom.cli.running import STOPPED  # noqa: PLC0415 - asyncio

        raise StoppedError(STOPPED)
    return int(code)


def _log_level() -> str:
    """As the settings have it; without reading them where they leave it alone, which takes a while."""
    if "PODLOOM_LOG_LEVEL" not in os.environ:
        return "WARNING"
    from podloom.settings import load_settings  # noqa: PLC0415 - see above

    return load_settings().log_level


def _one_sentence(error: Any) -> str:
    """What is wrong with the command line, and where the options are listed."""
    command = error.ctx.command_path if error.ctx else "podloom"
    return f"{' '.join(error.format_message().split()).rstrip('.')}; `{command} --help` lists the options"

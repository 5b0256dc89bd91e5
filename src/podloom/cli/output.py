"""How commands print: JSON for scripts, rich for people."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podloom.errors import PodloomError, public_name

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


def console(*, stderr: bool = False) -> Console:
    """For people; width follows the terminal. Without markup: titles and messages may hold [brackets]."""
    from rich.console import Console  # noqa: PLC0415 - not every command prints

    return Console(stderr=stderr, highlight=False, markup=False)


def side_console() -> Console:
    """For people beside what a script reads: stderr."""
    return console(stderr=True)


def print_json(value: dict[str, Any]) -> None:
    """One object, one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_error(error: PodloomError, *, as_json: bool = False) -> None:
    """One sentence on stderr; for scripts an object on stdout as well."""
    if as_json:
        print_json(
            {"error": {"type": public_name(error), "message": str(error), "exit_code": error.exit_code}}
        )
    sys.stderr.write(f"error: {error}\n")

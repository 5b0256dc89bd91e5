"""How commands print: JSON for scripts, rich for people."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from podloom import errors
from podloom.errors import PodloomError

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


def console() -> Console:
    """For people; width follows the terminal. Without markup: titles and messages may hold [brackets]."""
    return Console(highlight=False, markup=False)


def print_json(value: dict[str, Any]) -> None:
    """One object, one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_error(error: PodloomError, *, as_json: bool = False) -> None:
    """One sentence on stderr; for scripts an object on stdout as well."""
    if as_json:
        kind = next(c.__name__ for c in type(error).__mro__ if c.__name__ in errors.__all__)
        print_json({"error": {"type": kind, "message": str(error), "exit_code": error.exit_code}})
    sys.stderr.write(f"error: {error}\n")

"""What a command's options and arguments ask for, as fields of a request: for `make` and `submit`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, cast

import typer

from podloom.cli.speakers import parse_speakers
from podloom.domain import EpisodeRequest, OutputFormat
from podloom.errors import RequestError, SourceError

FIELDS = {"format_": "format", "pronounce": "pronunciations"}
"""Options that are not called like their field."""


def asked_fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of EpisodeRequest, without the sources, from a command's options by name: its `locals()`.

    Raises:
        RequestError: The speakers cannot be read.
    """
    named = {FIELDS.get(name, name): value for name, value in options.items()}
    found = {name: named[name] for name in EpisodeRequest.model_fields if name in named and name != "sources"}
    return {name: READ[name](value) if name in READ else value for name, value in found.items()}


def given_fields(context: typer.Context, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the fields whose options were on the command line."""
    options = {field: option for option, field in FIELDS.items()}
    sources = {name: context.get_parameter_source(options.get(name, name)) for name in fields}
    return {name: fields[name] for name, source in sources.items() if source and source.name == "COMMANDLINE"}


def read_stdin(sources: list[str]) -> tuple[str, ...]:
    """The sources, with standard input in the place of "-"; all of it if there is nothing else.

    Raises:
        RequestError: There is nothing.
        SourceError: It is not UTF-8.
    """
    if not sources and not sys.stdin.isatty():
        sources = ["-"]
    if not sources:
        raise RequestError("there is nothing to make an episode from; give a text, a file or an address")
    read = tuple(_stdin() if source == "-" else source for source in sources)
    for text in read:
        if any("\ud800" <= character <= "\udfff" for character in text):  # so Python keeps other bytes
            raise SourceError(f"{text!r} is not UTF-8; rename the file")
    return read


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            "standard input is not UTF-8; convert it, or give the file by its name: other encodings are"
            " recognised there"
        ) from error


def _split_formats(formats: str) -> tuple[OutputFormat, ...]:
    """Checked by the request itself."""
    names = dict.fromkeys(name.strip() for name in formats.split(",") if name.strip())
    return cast("tuple[OutputFormat, ...]", tuple(names))


def _listed(values: list[str] | None) -> tuple[str, ...]:
    return tuple(values or ())


READ: dict[str, Callable[[Any], Any]] = {
    "speakers": parse_speakers,
    "formats": _split_formats,
    "pronunciations": _listed,
}
"""How an option's text becomes the field's value."""

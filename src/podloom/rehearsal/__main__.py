"""`python -m podloom.rehearsal`: the server as a process of its own, e.g. for a dry run or a benchmark."""

from __future__ import annotations

import argparse
import socket
import sys
import threading
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from podloom.rehearsal.faults import Chaos, Fault, Kind
from podloom.rehearsal.scenario import SCENARIOS, Scenario
from podloom.rehearsal.server import RehearsalServer
from podloom.serving.threaded import build_server


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the first line of output says where."""
    asked = _parser().parse_args(arguments)
    chaos = None
    if asked.errors:
        chaos = Chaos(rates={"429": asked.errors / 2, "500": asked.errors / 2})
    scenario = replace(SCENARIOS[asked.scenario], **dict(asked.changes))
    listener = socket.create_server(("127.0.0.1", asked.port))
    server = RehearsalServer(
        scenario, faults=asked.faults, chaos=chaos, api_key=asked.key, port=listener.getsockname()[1]
    )
    sys.stdout.write(f"{server.base_url} answers like OpenAI, scenario {asked.scenario!r}\n")
    sys.stdout.flush()
    build_server(server.application(), threading.Event()).run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m podloom.rehearsal", description=__doc__)
    parser.add_argument("--port", type=int, default=8099, help="0: a free one")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="fast")
    parser.add_argument(
        "--with",
        dest="changes",
        type=_change,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"another value in the scenario: {', '.join(_names(Scenario))}; may be given several times",
    )
    parser.add_argument("--errors", type=float, default=0.0, help="share of calls that fail, 0 to 1")
    parser.add_argument(
        "--faults",
        type=_faults,
        default=[],
        metavar="FILE",
        help="what goes wrong by script, before what does by chance: a JSON list of objects like"
        ' {"kind": "429", "route": "speech", "nth": 3, "times": 1}. The first one whose conditions hold'
        " strikes, so many times (0: always)."
        f" Kinds: {', '.join(get_args(Kind))}. Fields: {', '.join(_names(Fault))}",
    )
    parser.add_argument("--key", default="", help="the only key that is accepted; empty: any")
    return parser


def _names(kind: type[Fault | Scenario]) -> list[str]:
    return [field.name for field in fields(kind)]


def _change(text: str) -> tuple[str, int | float]:
    """Name and value of one of the scenario's numbers; whole where the scenario's is."""
    name, equals, value = text.partition("=")
    if not equals or name not in _names(Scenario):
        known = ", ".join(_names(Scenario))
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE with one of {known}")
    kind = type(getattr(Scenario(), name))
    try:
        return name, kind(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: {name} is {kind.__name__}") from None


def _faults(path: str) -> list[Fault]:
    """The rules of a file."""
    try:
        return TypeAdapter(list[Fault], config=ConfigDict(extra="forbid")).validate_json(
            Path(path).read_bytes()
        )
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise argparse.ArgumentTypeError(
            f"{path}: {f'{place}: ' if place else ''}{fault['msg']}; wanted is a list of objects with"
            f" {', '.join(_names(Fault))}"
        ) from None


if __name__ == "__main__":
    main()

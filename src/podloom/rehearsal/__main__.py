"""`python -m podloom.rehearsal`: the server as a process of its own, e.g. for a dry run or a benchmark."""

from __future__ import annotations

import argparse
import socket
import sys
import threading
from collections.abc import Sequence

from podloom.rehearsal.faults import Chaos
from podloom.rehearsal.scenario import SCENARIOS
from podloom.rehearsal.server import RehearsalServer, build_server


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the first line of output says where."""
    asked = _parser().parse_args(arguments)
    chaos = None
    if asked.errors:
        chaos = Chaos(rates={"429": asked.errors / 2, "500": asked.errors / 2})
    listener = socket.create_server(("127.0.0.1", asked.port))
    server = RehearsalServer(
        SCENARIOS[asked.scenario], chaos=chaos, api_key=asked.key, port=listener.getsockname()[1]
    )
    sys.stdout.write(f"{server.base_url} answers like OpenAI, scenario {asked.scenario!r}\n")
    sys.stdout.flush()
    build_server(server.application(), threading.Event()).run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m podloom.rehearsal", description=__doc__)
    parser.add_argument("--port", type=int, default=8099, help="0: a free one")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="fast")
    parser.add_argument("--errors", type=float, default=0.0, help="share of calls that fail, 0 to 1")
    parser.add_argument("--key", default="", help="the only key that is accepted; empty: any")
    return parser


if __name__ == "__main__":
    main()

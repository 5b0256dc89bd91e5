"""The servers that tests use end with the tests, however those end."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

OWNER = """
    import sys, time
    sys.path.insert(0, sys.argv[1])
    from fixtures.postgres import postgres
    from fixtures.valkey import valkey
    with postgres() as socket, valkey() as server:
        print(socket, flush=True)
        print(server.url, flush=True)
        time.sleep(600)
"""


def processes_that_mention(*words):
    """Process ids by command line."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if any(word in line for word in words):
            found.add(int(folder.name))
    return found


def test_servers_end_when_the_tests_are_killed(pytestconfig):
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(OWNER), str(pytestconfig.rootpath / "tests")],
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        socket = owner.stdout.readline().strip()
        valkey = owner.stdout.readline().strip().removeprefix("unix://")
        servers = processes_that_mention(socket, valkey)
        assert len(servers) == 2
        os.kill(owner.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while processes_that_mention(socket, valkey) & servers:
        assert time.monotonic() < deadline
        time.sleep(0.01)

"""What a command imports: those that only talk to a server come back at once."""

import json
import os
import subprocess
import sys

import pytest

from fixtures.prefect_stub import prefect_stub
from fixtures.trees import TREES
from podloom.cli.app import COMMANDS, build_app

CALLED = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))
from podloom.cli import main
main()
"""
ROOMS = {f"podloom.{room}" for room in ("cache", "db", "llm", "script", "tts", "stt", "audio", "publish")}
UNUSED = {"prefect", "openai", "sqlalchemy", "numpy", "redis", "rich", "pygments", "pydantic_settings"}


def test_submitting_loads_no_room_and_no_library_that_it_does_not_need():
    with prefect_stub() as (url, posted):
        done = subprocess.run(
            [sys.executable, "-c", CALLED, "submit", TREES],
            env=os.environ | {"PREFECT_API_URL": url},
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout == "run-1\n"
    assert [path for path, _ in posted] == ["/api/deployments/deployment-1/create_flow_run"]
    assert sorted((ROOMS | UNUSED) & set(json.loads(done.stderr))) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_alone_is_the_same_as_among_all(podloom, name):
    app = build_app(name)
    assert len([*app.registered_commands, *app.registered_groups]) == 1
    ran = podloom(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert f"podloom {name} " in ran.out.splitlines()[0]


def test_all_are_listed_in_their_order(podloom):
    listed = podloom("--help").out
    places = [listed.index(f" {name} ") for name in COMMANDS]
    assert places == sorted(places)
    assert "Turns sources into a finished podcast episode." in listed


def test_what_is_no_command_is_told_from_those_that_are(podloom):
    ran = podloom("submitt", TREES)
    assert (ran.code, "submit" in ran.err) == (2, True)

"""Runs that are killed, stopped or failed are gone on with, and nothing that is there is made again."""

import json
import signal
from pathlib import Path
from typing import NamedTuple

import pytest

from fixtures import forked
from fixtures.command import paid_again, remembered, spawn, until
from fixtures.trees import TREES
from podloom.rehearsal import Fault, Scenario

ARTICLE = str(Path(__file__).parents[2] / "examples" / "city-trees.md")
ONE_BY_ONE = {"SPEECH_REMOTE_CONCURRENCY": "1"}
"""So that the nth call is the nth line that is voiced, and no other is on its way."""


DIES_AT = """
import os, signal, sys
import podloom.stages.{module} as stage

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

stage.{name} = die
from podloom.cli import main
main()
"""


REQUEST = ("--no-music", "--engine", "openai", "--writer", "openai", "--json", "--out")


@pytest.fixture
def asked(tmp_path):
    """One chapter."""
    return ("make", TREES, "--title", "Trees", "--minutes", "0.5", *REQUEST, str(tmp_path / "out"))


@pytest.fixture
def asked_for_two_chapters(tmp_path):
    return ("make", ARTICLE, "--title", "Trees", "--minutes", "2", *REQUEST, str(tmp_path / "out"))


def texts(script):
    return [segment["text"] for chapter in script["chapters"] for segment in chapter["segments"]]


def script_of(episode):
    return json.loads((Path(episode["folder"]) / "script.json").read_bytes())


def check_whole(podloom, episode):
    """Script, transcript, record and clips tell of the same lines."""
    folder = Path(episode["folder"])
    said = texts(script_of(episode))
    transcript = json.loads((folder / "transcript.json").read_bytes())["segments"]
    assert [segment["body"] for segment in transcript] == said
    record = podloom("show", episode["id"], "--json").json
    assert texts(record["script"]) == said
    assert len(record["clips"]) == len(record["cues"]) == episode["segments"] == len(said)
    assert all(Path(clip["path"]).is_file() for clip in record["clips"])
    assert [path.name for path in folder.parent.iterdir() if path.name[0] not in "._"] == [folder.name]
    return record


class At(NamedTuple):
    """Where a run is stuck, and what is remembered by then."""

    faults: list[Fault]
    outlines: int
    scripts: int
    clips: int


STUCK = {
    "outline": At([Fault("stall", schema="outline")], 0, 0, 0),
    "a chapter": At([Fault("stall", schema="chapter", chapter=1), Fault("stall", "speech", nth=3)], 1, 1, 2),
    "a line": At([Fault("stall", "speech", nth=4)], 1, 1, 3),
}


def stuck(start, where, asked, home, *, begin=forked.command):
    """A run as a process of its own that waits for an answer that never comes; and its server."""
    at = STUCK[where]
    server = start(Scenario(lines=4), faults=at.faults, variables=ONE_BY_ONE)
    process = begin(*asked)

    def running():
        return process.poll() is None

    until(lambda: server.faults.unused == [], running)
    until(lambda: remembered(home, "structure") == at.outlines, running)
    until(lambda: remembered(home, "script") == at.scripts, running)
    until(lambda: remembered(home, "tts") == at.clips, running)
    return process, server


def finished(podloom, server, ran):
    """The run that went on made what was missing, once."""
    assert ran.code == 0, ran.err
    check_whole(podloom, ran.json)
    assert paid_again(server) == []
    good = [call for call in server.calls if call.outcome == "answered"]
    assert len([call for call in good if call.route == "speech"]) == ran.json["segments"]
    assert len([call for call in good if call.route == "chat"]) == 1 + len(ran.json["chapters"])


@pytest.mark.parametrize("where", STUCK)
def test_a_killed_run_is_gone_on_with(
    podloom, paid_server, asked, asked_for_two_chapters, home, tmp_path, where
):
    asked = asked_for_two_chapters if where == "a chapter" else asked
    process, server = stuck(paid_server, where, asked, home)
    process.kill()
    process.communicate()
    assert [path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")] == []
    finished(podloom, server, podloom(*asked))


def test_resume_goes_on_with_a_killed_run_once(podloom, paid_server, asked, home):
    process, server = stuck(paid_server, "a line", asked, home)
    process.kill()
    process.communicate()
    finished(podloom, server, podloom("resume", "--json"))
    nothing = podloom("resume", "--json")
    assert (nothing.code, nothing.json["error"]["type"]) == (2, "RequestError")


@pytest.mark.parametrize("stage", ["publish.write_manifest", "record.save_episode"])
def test_a_run_that_is_killed_when_everything_is_made_calls_nobody_again(
    podloom, paid_server, asked, tmp_path, stage
):
    server = paid_server(Scenario(lines=4))
    module, _, name = stage.partition(".")
    process = forked.command(*asked, program=DIES_AT.format(module=module, name=name))
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    calls = server.calls.count("chat"), server.calls.count("speech")
    finished(podloom, server, podloom(*asked))
    assert (server.calls.count("chat"), server.calls.count("speech")) == calls


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_ctrl_c_and_sigterm_leave_nothing_half_published(podloom, paid_server, asked, home, tmp_path, number):
    process, server = stuck(paid_server, "a line", asked, home, begin=spawn)
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert json.loads(out)["error"]["exit_code"] == 130
    assert err.splitlines()[-1].startswith("error: stopped; what was made is kept")
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()
    finished(podloom, server, podloom(*asked))


def test_an_edited_line_is_one_new_clip(podloom, paid_server, asked):
    server = paid_server(Scenario(lines=4))
    first = podloom(*asked).json
    before = check_whole(podloom, first)
    script = script_of(first)
    script["chapters"][0]["segments"][2]["text"] = "This line was written by a person, after the run."
    edited = Path(first["folder"]).parents[1] / "edited.json"
    edited.write_text(json.dumps(script), "utf-8")
    voiced = server.calls.count("speech")
    written = server.calls.count("chat")
    options = asked[2:]
    again = podloom("make", "--from-script", edited, *options)
    assert again.code == 0, again.err
    after = check_whole(podloom, again.json)
    assert (server.calls.count("speech"), server.calls.count("chat")) == (voiced + 1, written)
    assert (again.json["id"], again.json["folder"]) == (first["id"], first["folder"])
    changed = [
        index
        for index, (one, other) in enumerate(zip(before["clips"], after["clips"], strict=True))
        if one["sha256"] != other["sha256"]
    ]
    assert [texts(after["script"])[index] for index in changed] == [
        "This line was written by a person, after the run."
    ]
    assert again.json["duration_s"] != first["duration_s"]


def test_a_shorter_episode_holds_nothing_of_the_longer_one(podloom, paid_server, asked):
    server = paid_server(Scenario(lines=4))
    first = podloom(*asked).json
    script = script_of(first)
    del script["chapters"][0]["segments"][1]
    del script["chapters"][0]["segments"][3:]
    cut = Path(first["folder"]).parents[1] / "cut.json"
    cut.write_text(json.dumps(script), "utf-8")
    voiced = server.calls.count("speech")
    again = podloom("make", "--from-script", cut, *asked[2:]).json
    record = check_whole(podloom, again)
    assert server.calls.count("speech") == voiced
    assert texts(record["script"]) == texts(script)
    assert again["duration_s"] < first["duration_s"]
    assert record["cues"][-1]["end_s"] <= again["duration_s"]

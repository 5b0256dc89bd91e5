"""An episode whose writer and voices are servers: what it holds, what it asks for, what it survives."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from fixtures.command import paid_again
from fixtures.trees import TREES
from podloom.rehearsal import Fault, Scenario

EXAMPLES = Path(__file__).parents[2] / "examples"
ARTICLES = {"en": "city-trees.md", "ko": "ko-bookshops.md"}
CONTRACT = {
    *("episode.mp3", "transcript.vtt", "transcript.srt", "transcript.json", "chapters.json", "script.json"),
    *("cover.jpg", "waveform.png", "description.md", "index.html", "episode.json"),
}
GIVE_UP_S = 30.0


class Gates:
    """A server's clock that stands still where a condition is not met: what is due after `time_s` waits."""

    def __init__(self, *gates):
        self._gates = gates
        self._deadline = time.monotonic() + GIVE_UP_S
        self.opened = True
        """False when a condition was given up, so that a test fails instead of hanging."""

    def now_s(self):
        return 0.0

    async def until(self, time_s):
        for after_s, is_open in self._gates:
            while time_s > after_s and not is_open():
                if time.monotonic() > self._deadline:
                    self.opened = False
                    return
                await asyncio.sleep(0.005)


def article(language):
    return str(EXAMPLES / ARTICLES[language])


def lines_of(folder):
    script = json.loads((Path(folder) / "script.json").read_bytes())
    return [segment for chapter in script["chapters"] for segment in chapter["segments"]]


@pytest.fixture(params=["en", "ko"])
def made(request, podloom, paid_server, tmp_path):
    """An episode of three chapters; the server answers in the order that a pipeline without waits allows.

    Chapters go on when all of them are being written, a chapter ends when the first line is being voiced,
    and a clip comes when as many are being made as may be.
    """
    started = []
    gates = Gates(
        (0.0, lambda: started[0].calls.max_concurrency("chat") >= 3),
        (0.5, lambda: started[0].calls.count("speech") >= 1),
        (1.0, lambda: started[0].calls.max_concurrency("speech") >= 6),
    )
    started.append(paid_server(Scenario(lines=4, chapter_s=1.0, speech_s=100.0), clock=gates))
    ran = podloom(
        *("make", article(request.param), "--language", request.param, "--minutes", "3", "--json"),
        *("--engine", "openai", "--out", tmp_path / "out"),
    )
    assert ran.code == 0, ran.err
    return ran.json, started[0], gates


def test_an_episode_from_servers(made):
    episode, server, gates = made
    folder = Path(episode["folder"])
    assert {path.name for path in folder.iterdir()} == CONTRACT
    assert (episode["draft"], episode["engine"]) == (False, "openai")
    assert -17 <= episode["loudness"]["integrated_lufs"] <= -15
    assert gates.opened
    assert server.calls.count("chat") == 1 + len(episode["chapters"])
    assert server.calls.max_concurrency("chat") == len(episode["chapters"])
    assert server.calls.max_concurrency("speech") == 6
    assert server.calls.count("speech") == episode["segments"] == len(lines_of(folder))
    assert paid_again(server) == []
    manifest = json.loads((folder / "episode.json").read_bytes())
    tokens = server.calls.summary()
    assert manifest["counters"]["llm.prompt_tokens"] == tokens["prompt_tokens"]
    assert manifest["counters"]["llm.completion_tokens"] == tokens["completion_tokens"]
    assert manifest["counters"]["speech.calls"] == episode["segments"]
    prompts = [call.prompt for call in server.calls.of("chat", "chapter")]
    shared = prompts[0][
        : next(i for i, letters in enumerate(zip(*prompts, strict=False)) if len({*letters}) > 1)
    ]
    assert all(mark["title"] in shared for mark in episode["chapters"])  # the whole outline comes first
    assert len(shared) > 0.5 * max(map(len, prompts))


def test_no_more_chapters_at_once_than_the_server_takes(podloom, paid_server, tmp_path):
    server = paid_server(
        Scenario(lines=4), variables={"LLM_CONCURRENCY": "1", "SPEECH_REMOTE_CONCURRENCY": "3"}
    )
    asked = ("make", article("en"), "--minutes", "2", "--engine", "openai", "--no-music")
    assert podloom(*asked, "--out", tmp_path / "out").code == 0
    assert server.calls.max_concurrency("chat") == 1
    assert server.calls.max_concurrency("speech") <= 3


def soon(kind, **options):
    return Fault(kind, retry_after_s=0.001, **options)


def chapter_faults(*kinds):
    return [Fault(kind, schema="chapter") for kind in kinds]


SURVIVED = {
    "busy or broken server": [soon("429"), soon("500"), soon("503")],
    "outline": [Fault(kind, schema="outline") for kind in ("length", "malformed", "prose")],
    "connection": chapter_faults("cut", "malformed", "disconnect"),
    "end of an answer": chapter_faults("length", "filter", "prose"),
    "lines": chapter_faults("wrong_speaker", "empty_line", "stage_direction"),
    "words": chapter_faults("wrong_language", "short"),
    "silence": chapter_faults("stall"),
    "speech server": [soon("429", route="speech"), soon("500", route="speech"), soon("503", route="speech")],
    "speech connection": [Fault("cut", "speech", text="synthetic"), Fault("disconnect", "speech")],
    "clips": [Fault(kind, "speech", nth=nth) for nth, kind in ((1, "silent"), (3, "empty"), (5, "clipped"))],
}
IMPATIENT = {
    "LLM_MAX_RETRIES": "3",
    "SPEECH_MAX_RETRIES": "3",
    "SPEECH_REMOTE_CONCURRENCY": "1",  # so that the nth call is known
}


@pytest.mark.parametrize("name", SURVIVED)
def test_faults_cost_calls_and_not_the_episode(podloom, paid_server, tmp_path, monkeypatch, name):
    monkeypatch.setattr("podloom.tts.openai.BACKOFF_S", 0.0)
    # Only silence has to be waited for; elsewhere a busy machine must not be taken for it.
    patience = {"LLM_TIMEOUT_S": "1"} if name == "silence" else {}
    server = paid_server(Scenario(lines=6), faults=SURVIVED[name], variables=IMPATIENT | patience)
    ran = podloom(
        *("make", TREES, "--title", "Trees", "--minutes", "0.5", "--no-music", "--engine", "openai"),
        *("--speakers", "Ann,Ben", "--out", tmp_path, "--json"),
    )
    assert ran.code == 0, ran.err
    assert server.faults.unused == []
    lines = lines_of(ran.json["folder"])
    assert {line["speaker"] for line in lines} == {"Ann", "Ben"}
    assert all(line["text"].strip() and line["text"].isascii() for line in lines)
    assert not any(mark in line["text"] for line in lines for mark in "[]()")
    assert paid_again(server) == []


FATAL = {
    "key taken back": (Fault("401", schema="chapter"), 7, "ProviderKeyError"),
    "speech refused": (Fault("400", "speech", nth=4), 7, "ProviderError"),
    "speech down": (soon("500", route="speech", times=3, text="synthetic"), 7, "ProviderError"),
}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("name", FATAL)
def test_what_was_paid_for_before_a_failure_is_not_paid_for_again(podloom, paid_server, tmp_path, name):
    fault, code, kind = FATAL[name]
    server = paid_server(Scenario(lines=4), faults=[fault])
    asked = ("make", article("en"), "--minutes", "2", "--no-music", "--engine", "openai", "--json")
    failed = podloom(*asked, "--out", tmp_path / "out")
    assert (failed.code, failed.json["error"]["type"]) == (code, kind)
    assert not (tmp_path / "out").exists()
    assert server.faults.unused == []
    again = podloom(*asked, "--out", tmp_path / "out")
    assert again.code == 0, again.err
    assert paid_again(server) == []


UNUSABLE = {
    "prose": ("prose", 8, "ScriptError", "outline"),
    "wrong speaker": ("wrong_speaker", 8, "ScriptError", "chapter 1"),
    "wrong language": ("wrong_language", 8, "ScriptError", "chapter 1"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_answers_that_stay_unusable_are_an_error(podloom, paid_server, tmp_path, name):
    kind, code, error, words = UNUSABLE[name]
    server = paid_server(Scenario(lines=4), faults=[Fault(kind, times=0)], variables={"LLM_REPAIRS": "1"})
    asked = ("make", TREES, "--minutes", "0.5", "--no-music", "--engine", "openai", "--json")
    ran = podloom(*asked, "--out", tmp_path / "out")
    assert (ran.code, ran.json["error"]["type"]) == (code, error)
    assert words in ran.json["error"]["message"]
    assert not (tmp_path / "out").exists()
    assert server.calls.count("chat") <= 3


def test_a_line_that_stays_silent_is_named(podloom, paid_server, tmp_path):
    server = paid_server(Scenario(lines=4), faults=[Fault("silent", "speech", times=0, text="synthetic")])
    asked = ("make", TREES, "--minutes", "0.5", "--no-music", "--engine", "openai", "--json")
    ran = podloom(*asked, "--out", tmp_path / "out")
    assert (ran.code, ran.json["error"]["type"]) == (9, "SpeechError")
    assert "chapter 1, line 1" in ran.json["error"]["message"]
    assert server.calls.count("speech") > 1

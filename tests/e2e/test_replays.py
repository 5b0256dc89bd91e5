"""Whatever the order of runs, failures and edits: the audio is the script's, nothing is paid for twice."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fixtures.command import paid_again
from podloom import EpisodeRequest, PodloomError, Settings, generate_podcast
from podloom.db.database import Database
from podloom.rehearsal import Fault, RehearsalServer, Scenario
from podloom.rehearsal.speech import speak
from podloom.settings import LLMSettings, SpeechSettings
from podloom.text.normalize import normalize

SOURCE = (
    "Street trees cool a city. Their leaves shade walls and pavements, and the water that they give off"
    " takes heat from the air. A row of old planes can make a street several degrees cooler than the next."
)
LINES = (
    "A person wrote this line.",
    "It costs $5 in 2024, or 12% less.",
    "Nobody else says this, Dr. Kim said.",
)
FAULTS = ("400", "prose", "wrong_speaker", "cut")

run = st.just(("run",))
fail = st.tuples(
    st.just("fail"), st.sampled_from(["chat", "speech"]), st.sampled_from(FAULTS), st.integers(1, 6)
)
edit = st.tuples(st.just("edit"), st.integers(0, 7), st.sampled_from(LINES))
insert = st.tuples(st.just("insert"), st.integers(0, 7), st.sampled_from(LINES))
delete = st.tuples(st.just("delete"), st.integers(0, 7))
steps = st.lists(st.one_of(run, run, fail, edit, insert, delete), min_size=2, max_size=6)


class Place:
    """A person's machine: a home, an output folder, the script as it is now, and the server that is paid."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.settings = Settings(
            home=folder / "home",
            llm=LLMSettings(base_url=server.base_url, api_key="k", max_retries=0, repairs=1),
            speech=SpeechSettings(base_url=server.base_url, api_key="k", max_retries=0),
        )
        Image.new("RGB", (1400, 1400)).save(folder / "cover.jpg")
        self.request = EpisodeRequest(
            sources=(SOURCE,),
            title="Trees",
            minutes=0.5,
            engine="openai",
            writer="openai",
            music=False,
            cover=str(folder / "cover.jpg"),
            out=str(folder / "out"),
        )

    def take(self, step):
        """One step of a history."""
        kind, *details = step
        if kind == "run":
            self.run()
        elif kind == "fail":
            route, fault, later = details
            self.server.faults.add(Fault(fault, route, nth=self.server.calls.count(route) + later))
        else:
            self.change(kind, *details)

    def run(self):
        """Make the episode; a failure leaves what was there, a success is looked at."""
        before = self.published()
        try:
            episode = generate_podcast(self.request, settings=self.settings, orchestration="inline")
        except PodloomError:
            assert self.published() == before
            return False
        self.check(episode)
        return True

    def published(self):
        out = self.folder / "out"
        return {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def change(self, kind, index, text=""):
        """Edit the script, as soon as there is one."""
        made = self.folder / "out" / "trees" / "script.json"
        path = self.folder / "script.json"
        if not made.is_file():
            return
        script = json.loads((path if path.is_file() else made).read_bytes())
        lines = script["chapters"][0]["segments"]
        index %= len(lines)
        if kind == "edit":
            lines[index]["text"] = text
        elif kind == "insert":
            lines.insert(index, {**lines[index], "text": text})
        elif len(lines) > 1:
            del lines[index]
        path.write_text(json.dumps(script), "utf-8")
        self.request = self.request.model_copy(update={"script": str(path), "sources": ()})

    def check(self, episode):
        """Script, transcript, record and clips agree, and each clip is its line's."""
        folder = Path(episode.folder)
        script = json.loads((folder / "script.json").read_bytes())
        lines = [segment for chapter in script["chapters"] for segment in chapter["segments"]]
        if self.request.script:
            asked = json.loads(Path(self.request.script).read_bytes())
            assert [(line["speaker"], line["text"]) for line in lines] == [
                (line["speaker"], line["text"])
                for chapter in asked["chapters"]
                for line in chapter["segments"]
            ]
        transcript = json.loads((folder / "transcript.json").read_bytes())["segments"]
        assert [cue["body"] for cue in transcript] == [line["text"] for line in lines]
        record = self.record(episode.id)
        assert [segment.text for segment in record.script.segments] == [line["text"] for line in lines]
        voices = {speaker["name"]: speaker["voice"]["id"] for speaker in script["speakers"]}
        for line, clip, cue in zip(lines, record.clips, record.cues, strict=True):
            self.check_clip(clip, normalize(line["text"], "en"), voices[line["speaker"]])
            assert cue.end_s <= episode.duration_s

    def check_clip(self, clip, text, voice):
        samples, _ = soundfile.read(clip.path, dtype="float32")
        expected = np.frombuffer(speak(text, voice), dtype="<i2") / np.float32(32768)
        assert samples.shape == expected.shape
        assert np.abs(samples - expected).max() < 1e-4

    def record(self, episode_id):
        import asyncio

        async def load():
            database = Database(self.settings)
            try:
                return await database.load_episode(episode_id)
            finally:
                await database.close()

        return asyncio.run(load())


@pytest.fixture(scope="module")
def server():
    with RehearsalServer(Scenario(lines=3)) as server:
        yield server


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps)
def test_any_history_ends_with_the_audio_of_the_script_and_no_call_paid_twice(server, history):
    server.calls.clear()
    server.faults.forget()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), server)
        for step in history:
            place.take(step)
        server.faults.forget()
        assert place.run()
    assert paid_again(server) == []

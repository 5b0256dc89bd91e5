"""Whatever the order of runs, failures, kills and edits: the audio is the script's, nothing is paid twice.

But for what a killed process had got and not yet written down: nobody can know of it.
"""

import json
import signal
import tempfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from fixtures import forked
from fixtures.command import answered, remembered, until
from fixtures.trees import TREES
from podloom import EpisodeRequest, PodloomError, Settings, generate_podcast
from podloom.db.database import Database
from podloom.rehearsal import Fault, RehearsalServer, Scenario
from podloom.rehearsal.speech import speak
from podloom.settings import LLMSettings, SpeechSettings
from podloom.text.normalize import normalize

LINES = (
    "A person wrote this line.",
    "It costs $5 in 2024, or 12% less.",
    "Nobody else says this, Dr. Kim said.",
)
FAULTS = (
    *(("chat", "400", ""), ("chat", "prose", ""), ("chat", "wrong_speaker", "chapter"), ("chat", "cut", "")),
    *(("speech", "400", ""), ("speech", "cut", "")),
)
DYING = (
    "podloom.llm.openai:OpenAIClient.stream",
    "podloom.tts.openai:OpenAISpeechEngine.synthesize",
    "podloom.cache.clips:ClipStore.put",
    "podloom.cache.tiers:TieredCache.put",
    "podloom.audio.assembly:Assembly.add",
    "podloom.stages.publish:write_manifest",
    "podloom.stages.record:save_episode",
)
"""Before a call, with an answer in the hand, between a clip and its entry, in the mix, before the record."""

run = st.just(("run",))
fail = st.tuples(st.just("fail"), st.sampled_from(FAULTS), st.integers(1, 6))
kill = st.tuples(st.just("kill"), st.sampled_from(DYING), st.integers(1, 4))
edit = st.tuples(st.just("edit"), st.integers(0, 7), st.sampled_from(LINES))
insert = st.tuples(st.just("insert"), st.integers(0, 7), st.sampled_from(LINES))
delete = st.tuples(st.just("delete"), st.integers(0, 7))
steps = st.lists(st.one_of(run, kill, fail, edit, insert, delete), min_size=2, max_size=6)


class Place:
    """A person's machine: a home, an output folder, the script as it is now, and the server that is paid."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.lost = Counter()
        """Answers that killed runs had got and not written down, by route."""
        self.settings = Settings(
            home=folder / "home",
            llm=LLMSettings(base_url=server.base_url, api_key="k", max_retries=0, repairs=1),
            speech=SpeechSettings(base_url=server.base_url, api_key="k", max_retries=0),
        )
        Image.new("RGB", (1400, 1400)).save(folder / "cover.jpg")
        self.request = EpisodeRequest(
            sources=(TREES,),
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
            (route, fault, schema), later = details
            nth = self.server.calls.count(route) + later
            self.server.faults.add(Fault(fault, route, nth=nth, schema=schema))
        elif kind == "kill":
            self.kill(*details)
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

    def kill(self, place, number):
        """A run in a process that is killed there, if it comes so far; what is published is whole."""
        process = forked.Forked(forked.make_and_die, self.request, self.settings, place, number)
        said, _ = process.communicate()
        assert process.returncode in {0, -signal.SIGKILL}, said
        # The server may not have noticed yet that nobody listens any more.
        until(lambda: not self.server.calls.running("chat") and not self.server.calls.running("speech"))
        self.lost |= self.unremembered()
        files = self.published()
        for file in json.loads(files["episode.json"])["files"].values() if files else ():
            assert sha256(files[file["name"]]).hexdigest() == file["sha256"]

    def unremembered(self):
        """Answers that were paid for and are nowhere, by route. Edited scripts are remembered unpaid."""
        paid = Counter(route for route, _ in answered(self.server))
        for tier, route in {"structure": "chat", "script": "chat", "tts": "speech"}.items():
            paid[route] -= remembered(self.settings.home, tier)
        return paid

    def published(self):
        out = self.folder / "out"
        paths = [path for path in out.rglob("*") if path.is_file()]
        return {
            path.name: path.read_bytes()
            for path in paths
            if not any(part.startswith(".") for part in path.relative_to(out).parts)
        }

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


@pytest.mark.usefixtures("patient")
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
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
        assert place.unremembered()["speech"] == place.lost["speech"]
    paid = answered(server)
    assert len(paid) - len(set(paid)) <= place.lost.total()

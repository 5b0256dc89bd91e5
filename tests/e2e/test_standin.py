"""An episode whose speech server is down or goes down, with an engine set that stands in."""

import asyncio
import json
from pathlib import Path

import pytest

from fixtures.speech_server import SAMPLES, Answer, speech_server, wav
from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings, generate_podcast_async
from podloom.errors import ProviderError, ProviderKeyError
from podloom.settings import SpeechSettings

SPEECH = wav(SAMPLES.repeat(30))
"""Three seconds: what any line may take."""


def make(folder: Path, url: str, fallback: str = "tone") -> dict:
    asked = EpisodeRequest(
        sources=(TREES,), writer="offline", engine="openai", minutes=0.5, music=False, out=str(folder / "out")
    )
    speech = SpeechSettings(base_url=url, api_key="k", max_retries=0, fallback_engine=fallback)
    settings = Settings(home=folder / "home", speech=speech)
    episode = asyncio.run(generate_podcast_async(asked, settings=settings))
    return json.loads((Path(episode.folder) / "episode.json").read_text("utf-8"))


def test_a_server_that_is_down_from_the_start(tmp_path):
    manifest = make(tmp_path, "http://127.0.0.1:9/v1")
    assert any("is down, so tone speaks" in note for note in manifest["notes"])
    spoken = [note for note in manifest["notes"] if "was voiced by tone voice" in note]
    assert len(spoken) == manifest["segments"] == manifest["counters"]["speech.stand_in_lines"]


def test_a_server_that_breaks_down_later(tmp_path):
    with speech_server() as server:
        server.answers = [Answer(body=SPEECH), Answer(503)]
        manifest = make(tmp_path, server.url)
    assert 0 < manifest["counters"]["speech.stand_in_lines"] < manifest["segments"]


@pytest.mark.parametrize(("answer", "error"), [(Answer(401), ProviderKeyError), (Answer(404), ProviderError)])
def test_what_is_set_wrongly_is_an_error_whatever_stands_in(tmp_path, answer, error):
    with speech_server() as server:
        server.answers = [answer]
        with pytest.raises(error):
            make(tmp_path, server.url)

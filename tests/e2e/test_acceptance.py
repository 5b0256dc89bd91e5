"""Episodes with the embedded voices, held to the delivery checklist and read back by a recogniser."""

import asyncio
import json
from pathlib import Path

import pytest
import soundfile

from podloom import EpisodeRequest, Settings, generate_podcast_async
from podloom.audio.measure import measure
from podloom.publish.feed import PodcastInfo, build_feed
from podloom.publish.manifests import items_from_manifests
from podloom.publish.validate import check_feed
from podloom.stt.compare import character_error_rate, word_error_rate
from podloom.stt.transcriber import build_transcriber
from podloom.text.normalize import normalize

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ARTICLES = {"en": "city-trees.md", "ko": "ko-bookshops.md"}
LIMITS = {"en": (word_error_rate, 0.10), "ko": (character_error_rate, 0.15)}


@pytest.fixture(scope="module", params=["en", "ko"])
def made(request, tmp_path_factory):
    """(episode, settings), once a language."""
    folder = tmp_path_factory.mktemp("acceptance")
    settings = Settings(home=folder / "home")
    asked = EpisodeRequest(
        sources=(str(Path(__file__).parents[2] / "examples" / ARTICLES[request.param]),),
        language=request.param,
        engine="kokoro",
        writer="offline",
        minutes=4,
        out=str(folder / "out"),
    )
    return asyncio.run(generate_podcast_async(asked, settings=settings)), settings


def test_loudness_range_and_peak(made):
    measured = measure(Path(made[0].folder) / "episode.mp3")
    assert -17 <= measured.loudness.integrated_lufs <= -15
    assert measured.loudness.true_peak_dbtp <= -1
    assert 4 <= measured.loudness.range_lu <= 18


def test_the_length_is_near_what_was_asked(made):
    assert 0.75 <= made[0].duration_s / made[0].asked_s <= 1.25


def test_a_feed_of_it_is_without_fault(made):
    episode = made[0]
    show = PodcastInfo(
        title=episode.podcast,
        base_url="https://podcast.example/",
        language=episode.language,
        description="Made from articles.",
        author="Podloom",
        email="show@podcast.example",
    )
    report = check_feed(build_feed(show, items_from_manifests(Path(episode.folder).parent)))
    assert report.errors == ()
    assert report.warnings == ()


def test_the_better_host_is_understood(made):
    episode, settings = made
    error_rate, limit = LIMITS[episode.language]
    rates = asyncio.run(_rates(episode, settings, error_rate))
    assert min(rates.values()) <= limit, rates


async def _rates(episode, settings, error_rate):
    """Error rate of each speaker over all their lines, weighed by length."""
    folder, language = Path(episode.folder), episode.language
    audio, rate = soundfile.read(folder / "episode.mp3", dtype="float32")
    transcriber = build_transcriber(settings)
    clip = folder.parent / "line.wav"
    errors: dict[str, list[tuple[float, int]]] = {}
    for line in json.loads((folder / "transcript.json").read_text("utf-8"))["segments"]:
        soundfile.write(clip, audio[int(line["startTime"] * rate) : int(line["endTime"] * rate)], rate)
        heard = (await transcriber.transcribe(clip, language)).text
        written = normalize(line["body"], language)
        wrong = error_rate(written, normalize(heard, language))
        errors.setdefault(line["speaker"], []).append((wrong, len(written)))
    return {
        speaker: sum(wrong * length for wrong, length in lines) / sum(length for _, length in lines)
        for speaker, lines in errors.items()
    }

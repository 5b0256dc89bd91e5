"""An episode without any server: what lies in the folder is what a show would publish."""

import asyncio
import hashlib
import json
from pathlib import Path

import mutagen.mp3
import pytest
import soundfile
import srt
import webvtt

from podloom import EpisodeRequest, generate_podcast_async
from podloom.audio.measure import measure

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTRACT = {
    "episode.mp3",
    "transcript.vtt",
    "transcript.srt",
    "transcript.json",
    "chapters.json",
    "script.json",
    "cover.jpg",
    "waveform.png",
    "description.md",
    "index.html",
    "episode.json",
}


@pytest.fixture(scope="module", params=["en", "ko"])
def episode(request, tmp_path_factory):
    """One episode a language, made once for all tests of this module."""
    folder = tmp_path_factory.mktemp("episode")
    from podloom import Settings

    article = {"en": "city-trees.md", "ko": "ko-bookshops.md"}[request.param]
    asked = EpisodeRequest(
        sources=(str(EXAMPLES / article),),
        language=request.param,
        engine="tone",
        writer="offline",
        minutes=3,
        out=str(folder / "out"),
    )
    return asyncio.run(generate_podcast_async(asked, settings=Settings(home=folder / "home")))


def read_json(episode, kind):
    return json.loads((Path(episode.folder) / episode.files[kind]).read_text("utf-8"))


def test_the_folder_holds_exactly_the_contract(episode):
    folder = Path(episode.folder)
    assert {path.name for path in folder.iterdir()} == CONTRACT
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_every_file_is_as_the_manifest_says(episode):
    manifest = read_json(episode, "manifest")
    for entry in manifest["files"].values():
        content = (Path(episode.folder) / entry["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert len(content) == entry["bytes"]


def test_loudness_and_peak_are_what_directories_ask_for(episode):
    measured = measure(Path(episode.folder) / "episode.mp3")
    assert -17 <= measured.loudness.integrated_lufs <= -15
    assert measured.loudness.true_peak_dbtp <= -1
    assert measured.clipped_samples == 0
    assert measured.long_silences == ()


def test_the_mp3_is_44_khz_mono_128_kbps_with_tags_cover_and_chapters(episode):
    file = mutagen.mp3.MP3(Path(episode.folder) / "episode.mp3")
    assert (file.info.sample_rate, file.info.channels, file.info.bitrate) == (44100, 1, 128000)
    assert file.tags["TIT2"].text == [episode.title]
    assert file.tags["TALB"].text == [episode.podcast]
    assert file.tags["APIC:"].data[:2] == b"\xff\xd8"
    marks = sorted(file.tags.getall("CHAP"), key=lambda mark: mark.start_time)
    assert [str(mark.sub_frames["TIT2"]) for mark in marks] == [mark.title for mark in episode.chapters]


def test_chapters_agree_in_every_form_and_begin_at_zero(episode):
    marks = read_json(episode, "chapters")["chapters"]
    assert len(marks) >= 3
    assert marks[0]["startTime"] == 0
    assert [mark["startTime"] for mark in marks] == sorted({mark["startTime"] for mark in marks})
    assert [mark["title"] for mark in marks] == [mark.title for mark in episode.chapters]
    description = (Path(episode.folder) / "description.md").read_text("utf-8")
    assert "00:00:00" in description
    tags = mutagen.mp3.MP3(Path(episode.folder) / "episode.mp3").tags
    starts = sorted(mark.start_time / 1000 for mark in tags.getall("CHAP"))
    assert starts == pytest.approx([mark["startTime"] for mark in marks], abs=0.002)


def test_transcripts_hold_every_line_with_its_speaker(episode):
    script = read_json(episode, "script")
    lines = [segment for chapter in script["chapters"] for segment in chapter["segments"]]
    spoken = read_json(episode, "transcript")["segments"]
    assert [(s["speaker"], s["body"]) for s in spoken] == [(s["speaker"], s["text"]) for s in lines]
    folder = Path(episode.folder)
    captions = webvtt.read(folder / "transcript.vtt")
    speakers = {line["speaker"] for line in lines}
    assert {caption.voice for caption in captions} == speakers
    assert all(len(line) <= 65 for caption in captions for line in caption.lines)
    starts = [caption.start_in_seconds for caption in captions]
    assert starts == sorted(starts)
    assert captions[-1].end_in_seconds <= episode.duration_s
    assert list(srt.parse((folder / "transcript.srt").read_text("utf-8"), ignore_errors=False))


def test_synthetic_voices_are_disclosed_in_audio_and_text(episode):
    first = read_json(episode, "script")["chapters"][0]["segments"][0]["text"]
    description = (Path(episode.folder) / "description.md").read_text("utf-8")
    for text in (first, description):
        assert any(word in text.lower() for word in ("synthetic", "ai", "합성", "인공지능"))


def test_an_extractive_draft_says_so(episode):
    manifest = read_json(episode, "manifest")
    assert manifest["draft"] is True
    assert "draft" in (Path(episode.folder) / "description.md").read_text("utf-8").lower() or (
        "초안" in (Path(episode.folder) / "description.md").read_text("utf-8")
    )


def test_the_length_is_exact_and_the_manifest_measures_it(episode):
    frames = soundfile.info(Path(episode.folder) / "episode.mp3").frames
    assert frames / 44100 == pytest.approx(episode.duration_s, abs=1e-3)
    manifest = read_json(episode, "manifest")
    assert manifest["asked_s"] == 180
    assert {"sources", "outline", "chapter 1", "mix"} <= {timing["name"] for timing in manifest["timings"]}

"""What cannot be made is refused in one sentence, before anything is paid, and touches nothing."""

import http.server
import json
import os
import shutil
import socket
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from fixtures.trees import TREES
from podloom import Settings, Voice
from podloom.rehearsal import Scenario
from podloom.sources.fetch import Limits
from podloom.tts.tone import ToneEngine

QUIET = {"LLM_MAX_RETRIES": "0", "SPEECH_MAX_RETRIES": "0"}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The folder that a person stands in, with an output folder that is in use."""
    folder = tmp_path / "place"
    (folder / "out" / "my-notes").mkdir(parents=True)
    (folder / "out" / "my-notes" / "note.txt").write_text("mine", "utf-8")
    (folder / "article.txt").write_text(TREES, "utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def web():
    """A server that answers /500 with 500 and everything else with 404."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(500 if self.path == "/500" else 404)

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def snapshot(folder):
    """Every file with its content and every folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def pdf_without_text(path):
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(path)


def refused(ran, code, *words):
    """One sentence on stderr, after notes at most, nothing on stdout, the documented exit code."""
    assert ran.code == code, ran.err
    *notes, sentence = ran.err.splitlines()
    assert [note for note in notes if not note.startswith("note: ")] == []
    assert sentence.startswith("error: ")
    assert "Traceback" not in sentence
    for word in words:
        assert word in sentence
    assert ran.out == ""


def refused_as_json(ran, code, kind):
    assert ran.code == code, ran.err
    error = ran.json["error"]
    assert (error["type"], error["exit_code"]) == (kind, code)
    assert f"error: {error['message']}" in ran.err.splitlines()


SOURCES = {
    "nothing": ([""], 2, "RequestError", ["nothing to make an episode from"]),
    "blank": (["  \n "], 2, "RequestError", ["nothing to make an episode from"]),
    "empty file": (["empty.txt"], 3, "SourceError", ["empty.txt"]),
    "missing file": (["nowhere.md"], 3, "SourceError", ["nowhere.md"]),
    "folder": (["folder"], 3, "SourceError", ["'folder' is a folder"]),
    "binary": (["garbage.txt"], 3, "SourceError", ["garbage.txt"]),
    "binary named pdf": (["garbage.pdf"], 3, "SourceError", ["garbage.pdf"]),
    "pdf without text": (["scan.pdf"], 3, "SourceError", ["scan.pdf", "no text"]),
    "too short": (["hello"], 3, "SourceError", ["'hello'"]),
    "other scheme": (["ftp://example.org/a"], 3, "SourceError", ["ftp"]),
    "404": (["{web}/404"], 3, "SourceError", ["/404", "404"]),
    "500": (["{web}/500"], 3, "SourceError", ["/500", "500"]),
    "unreachable": (["http://127.0.0.1:{closed}/a"], 3, "SourceError", ["cannot be reached"]),
    "one of two": (["article.txt", "nowhere.md"], 3, "SourceError", ["nowhere.md"]),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_cannot_be_read(podloom, paid_server, place, web, name, monkeypatch):
    monkeypatch.setattr("podloom.sources.read.Limits", partial(Limits, pause_s=0.0))
    server = paid_server(Scenario())
    (place / "empty.txt").touch()
    (place / "folder").mkdir()
    for garbage in ("garbage.txt", "garbage.pdf"):
        (place / garbage).write_bytes(bytes(range(256)) * 40)
    pdf_without_text(place / "scan.pdf")
    sources, code, kind, words = SOURCES[name]
    sources = [source.format(web=web, closed=closed_port()) for source in sources]
    before = snapshot(place)
    asked = ("make", *sources, "--out", "out", "--engine", "openai")
    refused(podloom(*asked), code, *words)
    refused_as_json(podloom(*asked, "--json"), code, kind)
    assert snapshot(place) == before
    assert (server.calls.count("chat"), server.calls.count("speech")) == (0, 0)


def test_standard_input_or_a_name_in_another_encoding(podloom, place):
    refused(podloom("make", "-", stdin="바람이 밤새 불었다".encode("euc-kr")), 3, "not UTF-8", "by its name")
    refused(podloom("make", "caf\udce9.md"), 3, "not UTF-8", "rename")


def test_nothing_on_standard_input(podloom, place):
    refused(podloom("make", "-", stdin=""), 2, "nothing to make an episode from")
    refused(podloom("make", stdin=" \n"), 2, "nothing to make an episode from")


REQUESTS = {
    "engine": (["--engine", "wavenet"], 4, "VoiceError", ["'wavenet'", "kokoro"]),
    "voice": (["--engine", "tone", "--speakers", "Ann=nobody"], 4, "VoiceError", ["'nobody'", "tone"]),
    "language": (["--language", "fr"], 2, "RequestError", ["'fr'"]),
    "format": (["--format", "opera"], 2, "RequestError", ["'opera'"]),
    "minutes": (["--minutes", "0"], 2, "RequestError", ["minutes"]),
    "minutes as a word": (["--minutes", "ten"], 2, "RequestError", ["--minutes", "number"]),
    "audio format": (["--formats", "wav"], 2, "RequestError", ["formats", "'wav'"]),
    "no audio format": (["--formats", ""], 2, "RequestError", ["formats"]),
    "role": (["--speakers", "Ann:king"], 2, "RequestError", ["'king'"]),
    "long name": (["--speakers", "A" * 41], 2, "RequestError", ["speakers", "40"]),
    "five speakers": (["--speakers", "A,B,C,D,E"], 2, "RequestError", ["speakers", "4"]),
    "same name": (["--engine", "tone", "--speakers", "Ann,Ann"], 2, "RequestError", ["'Ann'"]),
    "option": (["--colour", "red"], 2, "RequestError", ["--colour"]),
    "option without value": (["--title"], 2, "RequestError", ["--title"]),
    "music": (["--intro", "noise.mp3"], 2, "RequestError", ["noise.mp3"]),
    "missing music": (["--outro", "none.mp3"], 2, "RequestError", ["none.mp3"]),
    "cover": (["--cover", "noise.jpg"], 2, "RequestError", ["noise.jpg"]),
    "small cover": (["--cover", "small.png"], 2, "RequestError", ["small.png", "1400"]),
    "missing cover": (["--cover", "none.jpg"], 2, "RequestError", ["none.jpg"]),
    "script": (["--from-script", "noise.mp3"], 2, "RequestError", ["noise.mp3"]),
    "missing script": (["--from-script", "none.json"], 2, "RequestError", ["none.json"]),
    "taken folder": (["--title", "My notes"], 5, "OutputError", ["my-notes", "--title"]),
    "file in the way": (["--out", "article.txt"], 5, "OutputError", ["article.txt", "--out"]),
    "below a file": (["--out", "article.txt/out"], 5, "OutputError", ["article.txt/out", "--out"]),
    "read-only": (["--out", "/proc/podloom"], 5, "OutputError", ["/proc/podloom", "--out"]),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_that_cannot_be_made(podloom, paid_server, place, name):
    from PIL import Image

    server = paid_server(Scenario())
    for noise in ("noise.mp3", "noise.jpg"):
        (place / noise).write_bytes(bytes(range(256)) * 40)
    Image.new("RGB", (300, 300)).save(place / "small.png")
    options, code, kind, words = REQUESTS[name]
    before = snapshot(place)
    asked = ("make", "article.txt", "--engine", "openai", "--out", "out", *options)
    refused(podloom(*asked), code, *words)
    refused_as_json(podloom("make", "--json", *asked[1:]), code, kind)
    assert snapshot(place) == before
    assert len(server.calls) == 0


def test_a_voice_that_cannot_speak_the_language(podloom, place, monkeypatch):
    english = [voice for voice in ToneEngine(Settings()).voices() if voice.language == "en"]
    deep = Voice(engine="tone", id="deep", language="ko", pitch_hz=80)
    offered = [*english, deep, deep.model_copy(update={"id": "shrill", "pitch_hz": 400})]
    monkeypatch.setattr(
        ToneEngine, "voices", lambda _, code=None: [v for v in offered if code in {None, v.language}]
    )
    before = snapshot(place)
    asked = ("make", "article.txt", "--engine", "tone", "--language", "ko", "--speakers", "Ann=tone-low")
    refused(podloom(*asked), 4, "'tone-low'", "speaks en, not ko", "deep, shrill")
    refused_as_json(podloom(*asked, "--json"), 4, "VoiceError")
    assert snapshot(place) == before


VARIABLES = {
    "number": ({"LLM_CONCURRENCY": "many"}, 2, "SettingsError", ["PODLOOM_LLM_CONCURRENCY"]),
    "bounds": ({"AUDIO_LOUDNESS_LUFS": "3"}, 2, "SettingsError", ["PODLOOM_AUDIO_LOUDNESS_LUFS"]),
    "choice": ({"ORCHESTRATION": "airflow"}, 2, "SettingsError", ["PODLOOM_ORCHESTRATION"]),
    "unknown in a group": ({"LLM_URL": "x"}, 2, "SettingsError", ["PODLOOM_LLM_URL"]),
    "database": ({"DATABASE_URL": "not a url"}, 11, "StorageError", ["PODLOOM_DATABASE_URL"]),
    "kind of database": ({"DATABASE_URL": "mysql://a/b"}, 11, "StorageError", ["PODLOOM_DATABASE_URL"]),
    "database server": (
        {"DATABASE_URL": "postgresql://u:secret@127.0.0.1:{closed}/b"},
        11,
        "StorageError",
        ["PODLOOM_DATABASE_URL", "does not answer"],
    ),
    "home": ({"HOME": "/proc/podloom"}, 11, "StorageError", ["PODLOOM_HOME"]),
    "redis address": ({"CACHE_REDIS_URL": "http://x"}, 11, "StorageError", ["PODLOOM_CACHE_REDIS_URL"]),
    "clips in no redis": (
        {"CACHE_CLIPS_IN_REDIS": "1"},
        2,
        "SettingsError",
        ["PODLOOM_CACHE_CLIPS_IN_REDIS"],
    ),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_setting_that_is_wrong(podloom, paid_server, place, name):
    variables, code, kind, words = VARIABLES[name]
    variables = {key: value.format(closed=closed_port()) for key, value in variables.items()}
    server = paid_server(Scenario(), variables=variables)
    before = snapshot(place)
    asked = ("make", "article.txt", "--engine", "openai")
    refused(podloom(*asked), code, *words)
    ran = podloom(*asked, "--json")
    refused_as_json(ran, code, kind)
    assert "secret" not in ran.out + ran.err
    assert snapshot(place) == before
    assert (server.calls.count("chat"), server.calls.count("speech")) == (0, 0)


def test_no_room_on_the_disk(podloom, paid_server, place, monkeypatch):
    server = paid_server(Scenario())
    full = shutil._ntuple_diskusage(10**9, 10**9 - 4_000_000, 4_000_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _: full)
    before = snapshot(place)
    asked = ("make", "article.txt", "--engine", "openai", "--minutes", "3")
    refused(podloom(*asked), 5, "4 MB free", "68 MB", "--out")
    refused_as_json(podloom(*asked, "--json"), 5, "OutputError")
    assert snapshot(place) == before
    assert len(server.calls) == 0


@pytest.mark.parametrize("wrong", ["LLM", "SPEECH"])
def test_a_wrong_key(podloom, paid_server, place, wrong):
    server = paid_server(Scenario(), api_key="right", variables=QUIET)
    for group in ("LLM", "SPEECH"):
        os.environ[f"PODLOOM_{group}_API_KEY"] = "not-this-one" if group == wrong else "right"
    before = snapshot(place)
    asked = ("make", "article.txt", "--engine", "openai", "--writer", "openai")
    ran = podloom(*asked)
    refused(ran, 7, f"PODLOOM_{wrong}_API_KEY")
    refused_as_json(podloom(*asked, "--json"), 7, "ProviderKeyError")
    assert "not-this-one" not in ran.err
    assert [call for call in server.calls if call.route != "models" and call.outcome == "answered"] == []
    assert snapshot(place) == before


@pytest.mark.parametrize("group", ["LLM", "SPEECH"])
def test_a_server_that_is_not_there(podloom, paid_server, place, group):
    address = f"http://127.0.0.1:{closed_port()}/v1"
    server = paid_server(Scenario(), variables={**QUIET, f"{group}_BASE_URL": address})
    before = snapshot(place)
    ran = podloom("make", "article.txt", "--engine", "openai", "--writer", "openai")
    refused(ran, 7, address.split("/")[2])
    assert [call for call in server.calls if call.route != "models"] == []
    assert snapshot(place) == before


def test_a_format_whose_extra_is_missing(podloom, paid_server, place, monkeypatch):
    server = paid_server(Scenario())
    monkeypatch.setattr("podloom.audio.formats.find_spec", lambda _: None)
    before = snapshot(place)
    asked = ("make", "article.txt", "--engine", "openai", "--formats", "mp3,m4a")
    refused(podloom(*asked), 6, "'m4a'", "podloom[av]")
    refused_as_json(podloom(*asked, "--json"), 6, "MissingDependencyError")
    assert snapshot(place) == before
    assert len(server.calls) == 0


def test_voices_whose_extra_is_missing(podloom, place, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr("podloom.tts.kokoro_voices.missing_packages", lambda: ["onnxruntime"])
    monkeypatch.setattr("podloom.tts.coqui_models.missing_packages", lambda: ["TTS"])
    ran = podloom("make", "article.txt", "--writer", "offline")
    refused(ran, 6, "podloom[kokoro]")


def test_redis_that_is_not_there_costs_speed_only(podloom, place, monkeypatch):
    port = closed_port()
    monkeypatch.setenv("PODLOOM_CACHE_REDIS_URL", f"redis://127.0.0.1:{port}/0")
    ran = podloom(
        *("make", "article.txt", "--engine", "tone", "--writer", "offline", "--minutes", "0.5"),
        *("--no-music", "--title", "Trees", "--json"),
    )
    assert ran.code == 0, ran.err
    notes = json.loads((Path(ran.json["folder"]) / "episode.json").read_bytes())["notes"]
    (note,) = [note for note in notes if f"127.0.0.1:{port}" in note]
    assert note.endswith("went on without what is remembered there")


def test_a_disk_that_fills_up_while_the_folder_is_written(podloom, place, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("podloom.stages.publish.write_manifest", full)
    before = snapshot(place)
    asked = ("make", "article.txt", "--engine", "tone", "--writer", "offline", "--minutes", "0.5")
    ran = podloom(*asked, "--no-music", "--title", "Trees", "--out", "new")
    refused(ran, 5, "No space left on device", "--out")
    assert snapshot(place) == before


def test_a_title_of_the_writers_own_does_not_replace_a_folder_of_mine(podloom, place):
    (place / "my-article.txt").write_text(TREES, "utf-8")
    asked = ("make", "my-article.txt", "--engine", "tone", "--writer", "offline", "--minutes", "0.5")
    chosen = podloom(*asked, "--no-music", "--json").json
    mine = place / "elsewhere" / Path(chosen["folder"]).name
    mine.mkdir(parents=True)
    (mine / "note.txt").write_text("mine", "utf-8")
    before = snapshot(place)
    refused(podloom(*asked, "--no-music", "--out", "elsewhere"), 5, mine.name, "--title")
    assert snapshot(place) == before

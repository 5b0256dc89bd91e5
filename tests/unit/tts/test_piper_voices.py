"""Finding Piper's files; what they say is tested with real ones in tests/integration."""

import json

import pytest

from podloom.errors import MissingDependencyError, SettingsError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import piper, piper_files
from podloom.tts.piper import PiperEngine
from podloom.tts.piper_files import find_voices, readiness


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(piper, "missing_packages", list)
    add(tmp_path, "b-joe", {"language": {"family": "en"}})
    add(tmp_path, "a-many", {"espeak": {"voice": "ko"}, "speaker_id_map": {"kim": 0, "lee": 7}})
    add(tmp_path, "c-german", {"language": {"family": "de"}})
    return tmp_path


def add(folder, name, config):
    (folder / f"{name}.onnx").write_bytes(b"weights")
    (folder / f"{name}.onnx.json").write_text(json.dumps(config), "utf-8")


def engine(voice) -> PiperEngine:
    return PiperEngine(Settings(speech=SpeechSettings(piper_voice=str(voice))))


def test_a_folder_has_the_voices_of_all_its_files(folder):
    voices = engine(folder).voices()
    assert [(v.id, v.language) for v in voices] == [
        ("a-many/kim", "ko"),
        ("a-many/lee", "ko"),
        ("b-joe", "en"),
    ]
    assert [v.id for v in engine(folder).voices("en")] == ["b-joe"]


def test_a_file_has_its_own(folder):
    (only,) = find_voices(str(folder / "a-many.onnx"))
    assert only.speakers == {"a-many/kim": 0, "a-many/lee": 7}


@pytest.mark.parametrize(
    ("language", "speakers", "ready"), [("en", 1, True), ("en", 2, False), ("ko", 2, True)]
)
def test_it_is_ready_for_as_many_speakers_as_there_are_voices(folder, monkeypatch, language, speakers, ready):
    monkeypatch.setattr(piper_files, "missing_packages", list)
    settings = Settings(speech=SpeechSettings(piper_voice=str(folder)))
    assert readiness(settings, language, speakers).ready is ready
    nowhere = Settings(speech=SpeechSettings(piper_voice=str(folder / "nowhere")))
    assert not readiness(nowhere, language, speakers).ready


def test_version_tells_models_apart_also_where_they_are_of_one_size(folder):
    versions = [engine(folder).version]
    for file, content in [
        ("b-joe.onnx", b"weighTs"),
        ("b-joe.onnx.json", b'{"language": {"family": "en"}, "inference": {"length_scale": 1.2}}'),
    ]:
        (folder / file).write_bytes(content)
        versions.append(engine(folder).version)
    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize(
    ("wanted", "error"), [("nowhere", SettingsError), ("", MissingDependencyError), ("empty", SettingsError)]
)
def test_nothing_to_speak_with_is_refused(tmp_path, monkeypatch, wanted, error):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(piper_files, "find_spec", lambda _: None)
    (tmp_path / "empty").mkdir()
    with pytest.raises(error, match="PODLOOM_SPEECH_PIPER_VOICE"):
        find_voices(wanted)


@pytest.mark.parametrize("config", [None, "{"])
def test_voice_without_its_config_is_refused(folder, config):
    beside = folder / "b-joe.onnx.json"
    if config is None:
        beside.unlink()
    else:
        beside.write_text(config)
    with pytest.raises(SettingsError, match=r"needs its config 'b-joe.onnx.json'"):
        engine(folder / "b-joe.onnx").voices()


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(piper_files, "find_spec", lambda name: None)
    with pytest.raises(
        MissingDependencyError, match=r"needs piper, onnxruntime; pip install 'podloom\[piper\]'"
    ):
        PiperEngine(Settings())

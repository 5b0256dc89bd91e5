"""What can be told about Coqui's models from files alone; neither TTS nor torch is needed."""

import json
import sys
from pathlib import Path

import pytest

from fixtures.coqui_folders import MMS, VCTK, XTTS, put, put_mms, put_vctk, settings, speech
from podloom.errors import MissingDependencyError, SettingsError
from podloom.tts import coqui_models
from podloom.tts.coqui_models import find_model, readiness
from podloom.tts.readiness import Readiness

pytestmark = pytest.mark.usefixtures("tts_home")


def test_named_model_lies_in_coquis_own_folder(tts_home):
    folder = put_vctk(tts_home)
    model = find_model(speech())
    assert (model.path, model.config_path) == (folder, folder / "config.json")
    assert (model.licence, model.languages) == ("apache 2.0", ("en",))
    model.check(accept_licence=False)
    assert readiness(settings(), "en", 1).ready
    assert not readiness(settings(), "ko", 1).ready


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TTS_HOME": "/a", "XDG_DATA_HOME": "/b"}, "/a/tts"),
        ({"XDG_DATA_HOME": "/b"}, "/b/tts"),
        ({"HOME": "/c"}, "/c/.local/share/tts"),
    ],
)
def test_folder_follows_coquis_rules(monkeypatch, environment, expected):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("TTS_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert find_model(speech()).path == Path(expected) / VCTK.replace("/", "--")


def test_xtts_lies_in_the_hub_cache_and_needs_consent(tmp_path):
    snapshot = put(
        tmp_path / "hf" / "hub" / "models--tts-hub--XTTS-v2" / "snapshots" / "abc", weights="model.pth"
    )
    model = find_model(speech(XTTS))
    assert model.path == snapshot
    assert model.languages == ("en", "ko")
    assert "CPML" in model.licence
    with pytest.raises(SettingsError, match="PODLOOM_SPEECH_COQUI_ACCEPT_LICENCE=true"):
        model.check(accept_licence=False)
    assert not readiness(settings(XTTS), "ko", 1).ready
    assert readiness(settings(XTTS, coqui_accept_licence=True), "ko", 1).ready


def test_xtts_by_path_needs_consent_too(tmp_path):
    folder = put(tmp_path / "mine", {"model": "xtts", "languages": ["en", "de"]}, "model.pth")
    model = find_model(speech(folder))
    assert (model.path, model.languages, model.speakers) == (folder, ("en",), None)
    with pytest.raises(SettingsError, match="CPML"):
        model.check(accept_licence=False)


def test_mms_is_found_by_its_pattern_and_is_not_commercial(tts_home, monkeypatch):
    folder = tts_home / "tts" / MMS.replace("/", "--")
    put_mms(folder)
    model = find_model(speech(MMS))
    assert (model.languages, model.speakers, model.licence) == (("ko",), [], "CC BY-NC 4.0")
    monkeypatch.setattr(coqui_models, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install uroman"):
        model.check(accept_licence=False)


@pytest.mark.parametrize("wanted", ["", "G_100000.pth"])
@pytest.mark.parametrize(("name", "language"), [("kor", "ko"), ("mms-tts-eng", "en")])
def test_mms_by_path_is_known_by_its_files_and_its_folders_name(
    tmp_path, monkeypatch, wanted, name, language
):
    monkeypatch.setattr(coqui_models, "find_spec", lambda name: name)  # uroman is there
    folder = put_mms(tmp_path / name)
    model = find_model(speech(folder / wanted))
    assert (model.path, model.licence) == (folder / "G_100000.pth", "CC BY-NC 4.0")
    assert (model.is_mms, model.languages, model.speakers) == (True, (language,), [])
    model.check(accept_licence=False)


def test_mms_without_a_language_or_a_vocabulary_is_refused(tmp_path, tts_home):
    with pytest.raises(SettingsError, match=r"name its folder '.*my_voice' after it, eng or kor"):
        find_model(speech(put_mms(tmp_path / "my_voice"))).check(accept_licence=False)
    for folder, wanted in [
        (tmp_path / "kor", tmp_path / "kor"),
        (tts_home / "tts" / MMS.replace("/", "--"), MMS),
    ]:
        (put_mms(folder) / "vocab.txt").unlink()
        with pytest.raises(MissingDependencyError, match=r"lacks .*vocab\.txt"):
            find_model(speech(wanted)).check(accept_licence=False)


def test_missing_model_says_how_to_download_it():
    with pytest.raises(MissingDependencyError, match=r"python -m podloom\.tts\.coqui"):
        find_model(speech()).check(accept_licence=False)
    assert not readiness(settings(), "en", 1).ready


def test_missing_path_says_to_check_it(tmp_path):
    with pytest.raises(MissingDependencyError, match="check the path"):
        find_model(speech(tmp_path / "model.pth")).check(accept_licence=False)


@pytest.mark.parametrize("weights", ["", "model.zip"])
def test_half_a_download_is_incomplete(tts_home, weights):
    put_vctk(tts_home, weights=weights)
    with pytest.raises(MissingDependencyError, match="incomplete"):
        find_model(speech()).check(accept_licence=False)


@pytest.mark.parametrize("content", ["{", "", "\xff", '{"model": "vits" // and more', "{} /* more */"])
def test_a_damaged_config_is_incomplete_and_no_reason_to_stop(tts_home, content):
    (put_vctk(tts_home) / "config.json").write_bytes(content.encode("latin-1"))
    assert not readiness(settings(), "en", 1).ready
    with pytest.raises(MissingDependencyError, match=r"config\.json .* cannot be read .* download it again"):
        find_model(speech()).check(accept_licence=False)


def test_a_config_that_is_no_table_is_as_good_as_none(tts_home):
    (put_vctk(tts_home) / "config.json").write_text("[]")
    assert readiness(settings(), "en", 1).ready


def test_comments_in_a_config_are_left_out_as_coqui_does(tts_home):
    told = """{ // of the model
        "speakers": ["p1", "a \\"//\\" b"],
        "url": "https://x" // not a comment before
    }"""
    (put_vctk(tts_home) / "config.json").write_text(told)
    model = find_model(speech())
    assert model.speakers == ["p1", 'a "//" b']
    assert model.config["url"] == "https://x"
    assert readiness(settings(), "en", 1).ready


def test_weights_without_config_are_incomplete(tts_home):
    (put_vctk(tts_home) / "config.json").unlink()
    with pytest.raises(MissingDependencyError, match="incomplete"):
        find_model(speech()).check(accept_licence=False)


@pytest.mark.parametrize(
    ("files", "opened"),
    [
        (["any.pth"], "any.pth"),
        (["model_file.pth", "model_se.pth", "speakers.pth"], "model_file.pth"),
        (["best_model.pth", "checkpoint_1000.pth"], "best_model.pth"),
    ],
)
def test_of_a_folder_coqui_is_given_the_weights(tmp_path, files, opened):
    folder = tmp_path / "my.voice"
    for file in files:
        put(folder, {"model": "vits"}, file)
    model = find_model(speech(folder))
    assert (model.name, model.path) == ("my.voice", folder / opened)
    assert (model.folder, model.config_path) == (folder, folder / "config.json")
    model.check(accept_licence=False)


def test_a_folder_with_several_models_is_refused_with_their_names(tmp_path):
    for file in ("checkpoint_1000.pth", "checkpoint_2000.pth"):
        put(tmp_path / "mine", {"model": "vits"}, file)
    with pytest.raises(SettingsError, match=r"checkpoint_1000\.pth, checkpoint_2000\.pth"):
        find_model(speech(tmp_path / "mine")).check(accept_licence=False)


@pytest.mark.parametrize("kind", ["xtts", "bark"])
def test_of_the_weights_of_some_kinds_coqui_is_given_the_folder(tmp_path, kind):
    folder = put(tmp_path / "mine", {"model": kind, "languages": ["en"]}, "model.pth")
    for wanted in (folder, folder / "model.pth"):
        assert find_model(speech(wanted)).path == folder


def test_word_that_is_neither_name_nor_path():
    with pytest.raises(SettingsError, match="'vits', neither a path nor a name"):
        find_model(speech("vits"))


def test_phoneme_model_needs_espeak(tts_home, monkeypatch):
    put_vctk(tts_home, {"use_phonemes": True, "phonemizer": "espeak"})
    monkeypatch.setattr(coqui_models.shutil, "which", lambda name: None)
    with pytest.raises(MissingDependencyError, match="espeak-ng"):
        find_model(speech()).check(accept_licence=False)
    monkeypatch.setattr(coqui_models.shutil, "which", lambda name: "/usr/bin/espeak-ng")
    find_model(speech()).check(accept_licence=False)


def test_nothing_is_ready_without_the_packages(tts_home, monkeypatch):
    put_vctk(tts_home)
    monkeypatch.setattr(coqui_models, "missing_packages", lambda: ["TTS"])
    assert not readiness(settings(), "en", 1).ready


def test_config_elsewhere(tmp_path):
    weights = put(tmp_path / "a", weights="best.pth") / "best.pth"
    config = put(tmp_path / "b", {"speakers": ["x"]}, weights="") / "config.json"
    model = find_model(speech(weights, coqui_config=str(config)))
    assert (model.name, model.config_path, model.speakers) == ("best", config, ["x"])


@pytest.mark.parametrize(
    ("config", "speakers", "expected"),
    [
        ({}, 1, Readiness(ready=True, why=f"podloom[coqui] and its model {VCTK!r} are installed")),
        ({}, 2, Readiness(ready=False, why=f"the Coqui model {VCTK!r} has only one voice")),
        ({"speakers": ["a", "b"]}, 2, True),
        (
            {"speakers": ["a", "b"]},
            3,
            Readiness(ready=False, why=f"the Coqui model {VCTK!r} has 2 voices for 3 speakers"),
        ),
        ({"use_speaker_embedding": True}, 4, True),  # only the loaded model knows
    ],
)
def test_a_model_is_ready_for_as_many_speakers_as_it_has_voices(tts_home, config, speakers, expected):
    put_vctk(tts_home, config)
    told = readiness(settings(), "en", speakers)
    assert told.ready if expected is True else told == expected


def test_damaged_speakers_are_incomplete(tts_home):
    (put_vctk(tts_home, {"use_speaker_embedding": True}) / "speaker_ids.json").write_text("{")
    assert not readiness(settings(), "en", 1).ready


@pytest.mark.parametrize(
    ("config", "file", "speakers"),
    [
        ({}, None, []),
        ({"speakers": {"a": 0, "b": 1}}, None, ["a", "b"]),
        ({"use_speaker_embedding": True}, {"p1": 0, "p2": 1}, ["p1", "p2"]),
        ({"use_speaker_embedding": True}, None, None),
    ],
)
def test_speakers_are_read_from_files(tts_home, config, file, speakers):
    folder = put_vctk(tts_home, config)
    if file:
        (folder / "speaker_ids.json").write_text(json.dumps(file))
    assert find_model(speech()).speakers == speakers

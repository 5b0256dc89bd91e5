"""What can be told about Coqui's models from files alone; neither TTS nor torch is needed."""

import importlib
import json
import sys
from pathlib import Path

import pytest

from podloom.errors import MissingDependencyError, SettingsError
from podloom.settings import SpeechSettings
from podloom.tts import coqui_models
from podloom.tts.coqui_models import find_model, is_ready
from podloom.tts.coqui_torchaudio import ensure_torchaudio

VCTK = "tts_models/en/vctk/vits"
XTTS = "tts_models/multilingual/multi-dataset/xtts_v2"
MMS = "tts_models/kor/fairseq/vits"


@pytest.fixture(autouse=True)
def tts_home(tmp_path, monkeypatch) -> Path:
    """Coqui is installed with a small list of models, and nothing is downloaded."""
    package = tmp_path / "site" / "TTS"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    listed = {
        "en": {"vctk": {"vits": {"license": "apache 2.0"}}},
        "multilingual": {"multi-dataset": {"xtts_v2": {"repo_id": "tts-hub/XTTS-v2"}}},
    }
    (package / ".models.json").write_text(json.dumps({"tts_models": listed}))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    importlib.invalidate_caches()
    monkeypatch.setenv("TTS_HOME", str(tmp_path / "tts_home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(coqui_models, "missing_packages", list)
    return tmp_path / "tts_home"


def put(folder: Path, config: dict | None = None, weights: str = "model_file.pth") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config or {}))
    if weights:
        (folder / weights).write_bytes(b"weights" * 10)
    return folder


def put_vctk(tts_home: Path, config: dict | None = None, weights: str = "model_file.pth") -> Path:
    return put(tts_home / "tts" / VCTK.replace("/", "--"), config, weights)


def speech(model: str = VCTK, **fields) -> SpeechSettings:
    return SpeechSettings(coqui_model=str(model), **fields)


def test_named_model_lies_in_coquis_own_folder(tts_home):
    folder = put_vctk(tts_home)
    model = find_model(speech())
    assert (model.path, model.config_path) == (folder, folder / "config.json")
    assert (model.licence, model.languages) == ("apache 2.0", ("en",))
    model.check(accept_licence=False)
    assert is_ready(speech(), "en")
    assert not is_ready(speech(), "ko")


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
    assert not is_ready(speech(XTTS), "ko")
    assert is_ready(speech(XTTS, coqui_accept_licence=True), "ko")


def test_xtts_by_path_needs_consent_too(tmp_path):
    folder = put(tmp_path / "mine", {"model": "xtts", "languages": ["en", "de"]}, "model.pth")
    model = find_model(speech(folder))
    assert (model.path, model.languages, model.speakers) == (folder, ("en",), None)
    with pytest.raises(SettingsError, match="CPML"):
        model.check(accept_licence=False)


def test_mms_is_found_by_its_pattern_and_is_not_commercial(tts_home, monkeypatch):
    folder = tts_home / "tts" / MMS.replace("/", "--")
    put(folder, weights="G_100000.pth")
    model = find_model(speech(MMS))
    assert (model.languages, model.speakers, model.licence) == (("ko",), [], "CC BY-NC 4.0")
    monkeypatch.setattr(coqui_models, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install uroman"):
        model.check(accept_licence=False)


def test_missing_model_says_how_to_download_it():
    with pytest.raises(MissingDependencyError, match=r"python -m podloom\.tts\.coqui"):
        find_model(speech()).check(accept_licence=False)
    assert not is_ready(speech(), "en")


def test_missing_path_says_to_check_it(tmp_path):
    with pytest.raises(MissingDependencyError, match="check the path"):
        find_model(speech(tmp_path / "model.pth")).check(accept_licence=False)


@pytest.mark.parametrize("weights", ["", "model.zip"])
def test_half_a_download_is_incomplete(tts_home, weights):
    put_vctk(tts_home, weights=weights)
    with pytest.raises(MissingDependencyError, match="incomplete"):
        find_model(speech()).check(accept_licence=False)


def test_weights_without_config_are_incomplete(tts_home):
    (put_vctk(tts_home) / "config.json").unlink()
    with pytest.raises(MissingDependencyError, match="incomplete"):
        find_model(speech()).check(accept_licence=False)


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
    assert not is_ready(speech(), "en")


def test_config_elsewhere(tmp_path):
    weights = put(tmp_path / "a", weights="best.pth") / "best.pth"
    config = put(tmp_path / "b", {"speakers": ["x"]}, weights="") / "config.json"
    model = find_model(speech(weights, coqui_config=str(config)))
    assert (model.name, model.config_path, model.speakers) == ("best", config, ["x"])


@pytest.mark.parametrize(
    ("config", "languages"),
    [
        ({}, ("en",)),
        ({"phoneme_language": "en-us"}, ("en",)),
        ({"languages": ["ko", "en"]}, ("ko", "en")),
        ({"datasets": [{"language": "ko"}]}, ("ko",)),
        ({"characters": {"characters": "가나다 .,"}}, ("ko",)),
        ({"characters": {"characters": "abc"}}, ("en",)),
        ({"phoneme_language": "en-au", "datasets": [{"language": ""}]}, ("en",)),
        ({"datasets": [{"language": "ko-KR"}]}, ("ko",)),
        ({"languages": ["kor", "de"]}, ("ko",)),
        ({"phoneme_language": "de-de"}, ()),
        ({"languages": ["fr-fr", "pt-br"]}, ()),
    ],
)
def test_languages_of_a_model_by_path(tmp_path, config, languages):
    folder = put(tmp_path / "mine", config, "model.pth")
    assert find_model(speech(folder / "model.pth")).languages == languages


@pytest.mark.parametrize(
    ("name", "config", "languages"),
    [
        ("tts_models/en/ljspeech/glow-tts", {}, ("en",)),
        ("tts_models/eng/fairseq/vits", {}, ("en",)),
        ("tts_models/de/thorsten/vits", {}, ()),
        ("tts_models/deu/fairseq/vits", {}, ()),
        ("tts_models/ewe/openbible/vits", {"phoneme_language": "en-us"}, ()),
        ("tts_models/multilingual/multi-dataset/bark", {}, ("en",)),
        ("tts_models/multilingual/multi-dataset/your_tts", {"languages": ["en", "fr-fr"]}, ("en",)),
    ],
)
def test_languages_of_a_model_by_name(tts_home, name, config, languages):
    put(tts_home / "tts" / name.replace("/", "--"), config)
    assert find_model(speech(name)).languages == languages
    assert is_ready(speech(name), "en") is ("en" in languages)


def test_a_model_of_other_languages_is_refused_and_says_which_it_speaks(tts_home, tmp_path):
    folder = put(tmp_path / "thorsten", {"phoneme_language": "de-de"}, "model.pth")
    for wanted in (folder / "model.pth", "tts_models/de/thorsten/vits"):
        put(tts_home / "tts" / "tts_models--de--thorsten--vits")
        with pytest.raises(SettingsError, match=r"speaks de.*Podloom speaks en and ko"):
            find_model(speech(wanted)).check(accept_licence=False)


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


def test_fingerprint_follows_the_weights_and_not_the_place(tmp_path):
    one = find_model(speech(put(tmp_path / "a", weights="model.pth") / "model.pth"))
    same = find_model(speech(put(tmp_path / "b", weights="model.pth") / "model.pth"))
    assert one.fingerprint == same.fingerprint
    same.path.write_bytes(b"other weights")
    assert one.fingerprint != same.fingerprint


BROKEN = "raise OSError('libc10_cuda.so: cannot open shared object file')"
PACKAGE = """
from torchaudio import _extension
_extension._check_cuda_version()

@_extension.fail_if_no_align
def forced_align(): ...
"""


@pytest.mark.parametrize(
    "extension", [BROKEN, "def _check_cuda_version(): ...\nfail_if_no_align = lambda f: f"]
)
def test_torchaudio_is_imported_without_its_extension_if_it_must(tmp_path, monkeypatch, extension):
    (tmp_path / "torchaudio").mkdir()
    (tmp_path / "torchaudio" / "__init__.py").write_text(PACKAGE)
    (tmp_path / "torchaudio" / "_extension.py").write_text(extension)
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "torchaudio"}
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    try:
        ensure_torchaudio()
        import torchaudio

        if extension == BROKEN:
            assert sys.modules["torchaudio._extension"]._IS_ALIGN_AVAILABLE is False
            with pytest.raises(RuntimeError, match="not loaded"):
                torchaudio.forced_align()
        else:
            torchaudio.forced_align()
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]

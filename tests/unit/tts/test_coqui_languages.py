"""Which languages a model is taken to speak."""

import pytest

from fixtures.coqui_folders import put, settings, speech
from podloom.errors import SettingsError
from podloom.tts.coqui_models import find_model, readiness

pytestmark = pytest.mark.usefixtures("tts_home")


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
        ("tts_models/en/ljspeech/vits", {}, ("en",)),
        ("tts_models/eng/fairseq/vits", {}, ("en",)),
        ("tts_models/de/thorsten/vits", {}, ()),
        ("tts_models/deu/fairseq/vits", {}, ()),
        ("tts_models/ewe/openbible/vits", {"phoneme_language": "en-us"}, ()),
        ("tts_models/multilingual/multi-dataset/bark", {}, ("en",)),
        ("tts_models/multilingual/multi-dataset/your_tts", {"languages": ["en", "fr-fr"]}, ("en",)),
    ],
)
def test_languages_of_a_model_by_name(tts_home, name, config, languages):
    folder = put(tts_home / "tts" / name.replace("/", "--"), config)
    (folder / "vocab.txt").write_text("a\n")  # of MMS
    assert find_model(speech(name)).languages == languages
    assert readiness(settings(name), "en", 1).ready is ("en" in languages)


def test_a_model_of_other_languages_is_refused_and_says_which_it_speaks(tts_home, tmp_path):
    folder = put(tmp_path / "thorsten", {"phoneme_language": "de-de"}, "model.pth")
    for wanted in (folder / "model.pth", "tts_models/de/thorsten/vits"):
        put(tts_home / "tts" / "tts_models--de--thorsten--vits")
        with pytest.raises(SettingsError, match=r"speaks de.*Podloom speaks en and ko"):
            find_model(speech(wanted)).check(accept_licence=False)

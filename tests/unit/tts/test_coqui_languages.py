"""Which languages a model is taken to speak."""

import pytest

from fixtures.coqui_folders import put, settings, speech
from podloom.errors import SettingsError
from podloom.tts.coqui_models import find_model, readiness

LATIN = "abcdefghijklmnopqrstuvwxyz'"
JAMO = "".join(map(chr, [*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]))

pytestmark = pytest.mark.usefixtures("tts_home")


@pytest.mark.parametrize(
    ("config", "languages"),
    [
        ({}, ("en",)),
        ({"phoneme_language": "en-us"}, ("en",)),
        ({"languages": ["ko", "en"]}, ("ko", "en")),
        ({"datasets": [{"language": "ko"}]}, ("ko",)),
        ({"characters": {"characters": JAMO}}, ("ko",)),
        ({"characters": {"characters": LATIN}}, ("en",)),
        ({"characters": {"characters": LATIN.upper()}}, ("en",)),
        ({"characters": {"characters": "абвгдежзийклмнопрстуфхцчшщъыьэюя"}}, ()),
        ({"characters": {"characters": "абв", "phonemes": "ə"}, "use_phonemes": True}, ("en",)),
        ({"characters": {"characters": JAMO}, "phoneme_language": "en-us"}, ("ko",)),
        ({"characters": {"characters": LATIN}, "languages": ["ko"]}, ()),
        (
            {"characters": {"characters": LATIN}, "languages": ["ko"], "text_cleaner": "uroman_cleaners"},
            ("ko",),
        ),
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
    (folder / "vocab.txt").write_text(LATIN)  # of MMS
    assert find_model(speech(name)).languages == languages
    assert readiness(settings(name), "en", 1).ready is ("en" in languages)


def test_a_model_of_other_languages_is_refused_and_says_which_it_speaks(tts_home, tmp_path):
    folder = put(tmp_path / "thorsten", {"phoneme_language": "de-de"}, "model.pth")
    for wanted in (folder / "model.pth", "tts_models/de/thorsten/vits"):
        put(tts_home / "tts" / "tts_models--de--thorsten--vits")
        with pytest.raises(SettingsError, match=r"speaks de.*Podloom speaks en and ko"):
            find_model(speech(wanted)).check(accept_licence=False)


@pytest.mark.parametrize("config", [{"languages": ["ko"]}, {}])
def test_a_model_without_the_letters_of_its_language_is_refused(tmp_path, config):
    characters = {"characters": {"characters": LATIN if config else "абвгд"}}
    folder = put(tmp_path / "mine", config | characters, "model.pth")
    with pytest.raises(
        SettingsError, match=f"no symbols for most letters of {'ko' if config else 'en'}; set"
    ):
        find_model(speech(folder)).check(accept_licence=False)


@pytest.mark.parametrize(("training_files", "languages"), [("train.ltr", ()), ("train.ltr.uroman", ("ko",))])
def test_mms_has_its_letters_in_a_file_and_romanises_some_languages(tmp_path, training_files, languages):
    folder = put(tmp_path / "kor", {"data": {"training_files": training_files}}, "G_100000.pth")
    (folder / "vocab.txt").write_text("\n".join(LATIN))
    assert find_model(speech(folder)).languages == languages

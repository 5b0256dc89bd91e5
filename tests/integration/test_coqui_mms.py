"""MMS through Coqui's real classes, with random weights: the path, not the sound."""

import shutil

import pytest

from podloom.errors import SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.coqui_models import missing_packages

pytestmark = [
    pytest.mark.coqui,
    pytest.mark.usefixtures("nobody_called"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(missing_packages()), reason="podloom[coqui] is not installed"),
    # Warnings of Coqui and torch about themselves.
    pytest.mark.filterwarnings("ignore"),
]

LINES = {"en": "The lake was warm.", "ko": "호수는 따뜻했다."}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """By language: Korean is romanised, English is not."""
    from fixtures.random_mms import build

    english = build(tmp_path_factory.mktemp("mms") / "eng")
    korean = shutil.copytree(english, english.parent / "kor", copy_function=shutil.copy)
    config = (korean / "config.json").read_text().replace("train.ltr", "train.ltr.uroman")
    (korean / "config.json").write_text(config)
    return {"en": english, "ko": korean}


def engine_of(model: str):
    from podloom.tts.coqui import CoquiEngine

    return CoquiEngine(Settings(speech=SpeechSettings(coqui_model=model, coqui_workers=1)))


@pytest.mark.parametrize("language", LINES)
async def test_speaks_by_the_path_of_its_folder(published, language):
    engine = engine_of(str(published[language]))
    (voice,) = engine.voices()
    assert (voice.language, voice.licence) == (language, "CC BY-NC 4.0")
    audio = await engine.synthesize(LINES[language], voice)
    assert audio.sample_rate == 16_000
    assert audio.samples.any()
    if language == "en":
        with pytest.raises(SpeechError, match="has no symbols"):
            await engine.synthesize(LINES["ko"], voice)
    await engine.close()


async def test_speaks_by_name_what_lies_in_tts_home(published, tmp_path, monkeypatch):
    monkeypatch.setenv("TTS_HOME", str(tmp_path))
    (tmp_path / "tts").mkdir()
    (tmp_path / "tts" / "tts_models--eng--fairseq--vits").symlink_to(published["en"])
    engine = engine_of("tts_models/eng/fairseq/vits")
    assert (await engine.synthesize(LINES["en"], engine.voices("en")[0])).samples.any()
    await engine.close()

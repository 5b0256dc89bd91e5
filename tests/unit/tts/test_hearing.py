"""Voices that no table describes are heard before they are cast together."""

import numpy as np
import pytest

from podloom.domain import Speaker, Voice
from podloom.errors import VoiceError
from podloom.settings import Settings
from podloom.tts.engine import Audio
from podloom.tts.hearing import refuse_alike
from podloom.tts.measuring import measure
from podloom.tts.tone import ToneEngine

PITCHES = {"low": 110.0, "lower": 108.0, "high": 220.0}


class Unmeasured(ToneEngine):
    """Tones whose pitch it does not tell."""

    def __init__(self, genders: dict[str, str] | None = None, *, remote: bool = False) -> None:
        super().__init__(Settings())
        self.genders = genders or {}
        self.remote = remote
        self.spoken: list[str] = []

    def voices(self, language=None):
        return [
            Voice(engine="tone", id=name, language="en", gender=self.genders.get(name, "unknown"))
            for name in PITCHES
        ]

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        self.spoken.append(voice.id)
        heard = voice.model_copy(update={"pitch_hz": PITCHES[voice.id]})
        return await super().synthesize(text, heard, seed=seed)


def speakers(engine: Unmeasured, *names: str) -> list[Speaker]:
    return [Speaker(name=v.id, role="host", voice=v) for v in engine.voices("en") if v.id in names]


async def test_voices_that_sound_alike_are_refused_with_one_that_does_not(tmp_path):
    engine = Unmeasured()
    with pytest.raises(VoiceError, match=r"'low' and 'lower' of tone sound alike.*one of them 'high'"):
        await refuse_alike(speakers(engine, "low", "lower"), engine, tmp_path)


async def test_voices_that_can_be_told_apart_are_heard_once(tmp_path):
    for engine in (first := Unmeasured(), second := Unmeasured()):
        assert await refuse_alike(speakers(engine, "low", "high"), engine, tmp_path) == ""
    assert (first.spoken, second.spoken) == (["low", "high"], [])


async def test_a_damaged_note_is_measured_again(tmp_path):
    engine = Unmeasured()
    await refuse_alike(speakers(engine, "low", "high"), engine, tmp_path)
    for note in tmp_path.iterdir():
        note.write_text("{}")
    await refuse_alike(speakers(engine, "low", "high"), engine, tmp_path)
    assert len(engine.spoken) == 4


@pytest.mark.parametrize("cast", [("low",), ("low", "lower")])
async def test_one_speaker_or_a_woman_and_a_man_need_not_be_heard(tmp_path, cast):
    engine = Unmeasured({"low": "male", "lower": "female"})
    assert await refuse_alike(speakers(engine, *cast), engine, tmp_path) == ""
    assert engine.spoken == []


async def test_of_a_servers_voices_it_is_said_that_nobody_knows(tmp_path):
    engine = Unmeasured(remote=True)
    note = await refuse_alike(speakers(engine, "low", "lower"), engine, tmp_path)
    assert note.startswith("nobody has measured whether the voices low, lower of tone sound alike")
    assert engine.spoken == []


@pytest.mark.parametrize("name", PITCHES)
async def test_pitch_is_measured_within_a_percent(name):
    engine = Unmeasured()
    voice = next(voice for voice in engine.voices("en") if voice.id == name)
    assert measure(await engine.synthesize("How high is it?", voice)).pitch_hz == pytest.approx(
        PITCHES[name], rel=0.01
    )


def test_noise_has_no_pitch_and_timbre_does_not_depend_on_loudness():
    noise = np.random.default_rng(1).normal(0, 0.1, 24_000).astype(np.float32)
    loud, soft = measure(Audio(noise, 24_000)), measure(Audio(noise / 10, 24_000))
    assert loud.pitch_hz is None
    assert soft.timbre == pytest.approx(loud.timbre, abs=0.5)

"""Voices that no table describes are heard before they are cast together."""

import numpy as np
import pytest

from podloom.domain import Speaker, Voice
from podloom.errors import VoiceError
from podloom.settings import Settings
from podloom.tts.engine import Audio
from podloom.tts.hearing import tell_apart
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


async def test_of_voices_that_sound_alike_one_that_nobody_asked_for_is_replaced(tmp_path):
    engine = Unmeasured()
    asked = speakers(engine, "low", "lower")
    for named, expected in [((), ["low", "high"]), (("lower",), ["high", "lower"])]:
        cast, note = await tell_apart(asked, engine, tmp_path, named=named)
        assert [speaker.voice.id for speaker in cast] == expected
        assert [speaker.name for speaker in cast] == ["low", "lower"]
        changed = next(speaker for speaker in cast if speaker.voice.id == "high")
        assert note == f"the voices 'low' and 'lower' of tone sound alike, so {changed.name} has 'high'"


async def test_voices_that_were_asked_for_and_sound_alike_are_refused_with_one_that_does_not(tmp_path):
    engine = Unmeasured()
    with pytest.raises(VoiceError, match=r"'low' and 'lower' of tone sound alike.*one of them 'high'"):
        await tell_apart(speakers(engine, "low", "lower"), engine, tmp_path, named=("low", "lower"))


async def test_where_no_other_voice_is_left_fewer_speakers_are(tmp_path):
    engine = Unmeasured()
    with pytest.raises(VoiceError, match=r"sound alike.*take fewer speakers"):
        await tell_apart(speakers(engine, "low", "lower", "high"), engine, tmp_path)


async def test_the_voice_that_comes_instead_is_of_the_same_gender_if_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setitem(PITCHES, "higher", 290.0)
    engine = Unmeasured({"lower": "female", "high": "male", "higher": "female"})
    cast, _ = await tell_apart(speakers(engine, "low", "lower"), engine, tmp_path)
    assert [speaker.voice.id for speaker in cast] == ["low", "higher"]


async def test_voices_that_can_be_told_apart_are_heard_once(tmp_path):
    for engine in (first := Unmeasured(), second := Unmeasured()):
        asked = tuple(speakers(engine, "low", "high"))
        assert await tell_apart(asked, engine, tmp_path) == (asked, "")
    assert (first.spoken, second.spoken) == (["low", "high"], [])


async def test_a_damaged_note_is_measured_again(tmp_path):
    engine = Unmeasured()
    await tell_apart(speakers(engine, "low", "high"), engine, tmp_path)
    for note in tmp_path.iterdir():
        note.write_text("{}")
    await tell_apart(speakers(engine, "low", "high"), engine, tmp_path)
    assert len(engine.spoken) == 4


@pytest.mark.parametrize("cast", [("low",), ("low", "lower")])
async def test_one_speaker_or_a_woman_and_a_man_need_not_be_heard(tmp_path, cast):
    engine = Unmeasured({"low": "male", "lower": "female"})
    asked = tuple(speakers(engine, *cast))
    assert await tell_apart(asked, engine, tmp_path) == (asked, "")
    assert engine.spoken == []


async def test_of_a_servers_voices_it_is_said_that_nobody_knows(tmp_path):
    engine = Unmeasured(remote=True)
    asked = tuple(speakers(engine, "low", "lower"))
    cast, note = await tell_apart(asked, engine, tmp_path)
    assert cast == asked
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

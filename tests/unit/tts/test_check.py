import math

import numpy as np
import pytest

from podloom.domain import Delivery, Voice
from podloom.errors import SpeechError
from podloom.settings import Settings
from podloom.tts.check import ENOUGH_CLIPS, PRIOR_FACTOR, ClipCheck, FaultyError, checked_clip
from podloom.tts.engine import Audio
from podloom.tts.tempo import tempo_direction
from podloom.tts.tone import SAMPLE_RATE, ToneEngine

TEXT = "The water was warmer than anybody had expected, and nobody knew why."
VOICE = Voice(engine="tone", id="a", language="en", words_per_minute=150)
GOOD_S = len(TEXT) / 6 / 150 * 60


def tone(duration_s: float, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(np.arange(round(duration_s * SAMPLE_RATE)) / 20)).astype(np.float32)


def with_hole(duration_s: float) -> np.ndarray:
    samples = tone(GOOD_S + duration_s)
    samples[SAMPLE_RATE : SAMPLE_RATE + round(duration_s * SAMPLE_RATE)] = 0
    return samples


def with_nan() -> np.ndarray:
    samples = tone(GOOD_S)
    samples[5] = np.nan
    return samples


@pytest.mark.parametrize(
    ("samples", "fault"),
    [
        (tone(0), "empty"),
        (with_nan(), "no numbers"),
        (tone(GOOD_S, 1e-4), "silent"),
        (tone(GOOD_S, 1e-4) + np.float32(0.01), "silent"),
        (with_hole(2.2) + np.float32(0.01), "silent for 2.2 s within"),
        (np.clip(tone(GOOD_S, 3), -1, 1), "clipped"),
        (with_hole(2.2), "silent for 2.2 s within"),
        (tone(GOOD_S / PRIOR_FACTOR - 0.7), "too short"),
        (tone(GOOD_S * PRIOR_FACTOR + 0.7), "too long"),
    ],
)
def test_fault_is_found(samples, fault):
    faults = ClipCheck().faults(Audio(samples, SAMPLE_RATE), TEXT, VOICE)
    assert len(faults) == 1
    assert fault in faults[0].words
    assert (faults[0].excess == math.inf) == (fault in {"empty", "no numbers", "silent"})


@pytest.mark.parametrize(
    "samples",
    [
        tone(GOOD_S),
        tone(GOOD_S, 1.3),  # loud but not flat: the mixer sets the level
        with_hole(1.8),
        np.concatenate([np.zeros(5 * SAMPLE_RATE, np.float32), tone(GOOD_S)]),  # trimmed by the mixer
        tone(GOOD_S / PRIOR_FACTOR - 0.5),
        tone(GOOD_S * PRIOR_FACTOR + 0.5),
    ],
)
def test_good_clip_passes(samples):
    assert ClipCheck().faults(Audio(samples, SAMPLE_RATE), TEXT, VOICE) == []


def learned(pace: float) -> ClipCheck:
    check = ClipCheck()
    for index in range(ENOUGH_CLIPS):
        assert not check.faults(Audio(tone(GOOD_S * pace * (1 + index % 3 / 50)), SAMPLE_RATE), TEXT, VOICE)
    return check


@pytest.mark.parametrize(("pace", "factor"), [(0.7, 1.9), (1.0, 2.1), (1.0, 0.4), (1.5, 0.45)])
def test_what_a_voice_has_said_narrows_the_band(pace, factor):
    audio = Audio(tone(GOOD_S * factor), SAMPLE_RATE)
    assert not ClipCheck().faults(audio, TEXT, VOICE)
    assert learned(pace).faults(audio, TEXT, VOICE)


def test_what_another_voice_has_said_does_not():
    check = learned(1.0)
    other = VOICE.model_copy(update={"id": "b"})
    assert check.band_s(TEXT, other) == ClipCheck().band_s(TEXT, other)


def test_learning_never_widens_the_band():
    low, high = ClipCheck().band_s(TEXT, VOICE)
    for pace in (0.5, 1.0, 2.2):
        learned_low, learned_high = learned(pace).band_s(TEXT, VOICE)
        assert low <= learned_low <= GOOD_S * pace <= learned_high <= high


def test_reactions_have_paces_of_their_own_and_teach_nothing():
    check = learned(1.0)
    band = check.band_s(TEXT, VOICE)
    for _ in range(ENOUGH_CLIPS):
        assert not check.faults(Audio(tone(1.0), SAMPLE_RATE), "Go on.", VOICE)
    assert check.band_s(TEXT, VOICE) == band


class Faulty(ToneEngine):
    """Silent for the first `faults` attempts."""

    def __init__(self, faults: int) -> None:
        super().__init__(Settings())
        self.faults = faults
        self.seeds: list[int] = []

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        self.seeds.append(seed)
        audio = await super().synthesize(text, voice, seed=seed)
        return Audio(audio.samples * 0, audio.sample_rate) if len(self.seeds) <= self.faults else audio


@pytest.mark.parametrize("faults", [0, 1])
async def test_faulty_clip_is_made_again_with_another_seed(faults):
    engine = Faulty(faults)
    made = await checked_clip(engine, TEXT, engine.voices("en")[0], seed=7)
    assert made.audio.samples.any()
    assert len(made.faults) == faults
    assert engine.seeds[0] == 7
    assert len(set(engine.seeds)) == faults + 1


async def test_engine_that_ignores_the_seed_is_not_asked_twice():
    engine = Faulty(1)
    engine.seeded = False
    with pytest.raises(SpeechError, match="no attempt of 1"):
        await checked_clip(engine, TEXT, engine.voices("en")[0])
    assert len(engine.seeds) == 1


async def test_who_stands_in_tells_the_faults_before():
    engine, other = Faulty(2), ToneEngine(Settings())
    voice = other.voices("en")[1]
    with pytest.raises(FaultyError) as stopped:
        await checked_clip(engine, TEXT, engine.voices("en")[0])
    made = await checked_clip(other, TEXT, voice, before=stopped.value)
    assert made.voice == voice
    assert made.audio.samples.any()
    assert [fault.partition(": ")[2] for fault in made.faults] == [
        "it is silent (below -55 dBFS throughout)"
    ] * 2


async def test_engine_that_refuses_a_text_counts_as_faulty():
    class Mute(ToneEngine):
        async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
            raise SpeechError("no symbols for it")

    engine = Mute(Settings())
    with pytest.raises(FaultyError) as stopped:
        await checked_clip(engine, TEXT, engine.voices("en")[0])
    assert stopped.value.faults == ("tone voice 'tone-low': no symbols for it",) * 2


async def test_clip_that_stays_faulty_is_an_error_that_says_why():
    engine = Faulty(9)
    voice = engine.voices("en")[0]
    with pytest.raises(SpeechError, match=r"no attempt of 3 .* 'The water.*cracked.*silent.*silent.*reword"):
        await checked_clip(engine, TEXT, voice, before=FaultyError("broken", ("cracked",)))


async def test_a_fallback_is_asked_for_by_whoever_has_none():
    engine = Faulty(9)
    for before, hinted in [(None, True), (FaultyError("broken", ("cracked",)), False)]:
        with pytest.raises(SpeechError) as stopped:
            await checked_clip(engine, TEXT, engine.voices("en")[0], before=before)
        assert ("PODLOOM_SPEECH_FALLBACK_ENGINE" in str(stopped.value)) == hinted


class Slow(ToneEngine):
    """Takes so many times as long as its voice should, one factor an attempt; None for nothing at all."""

    def __init__(self, *factors: float | None, seeded: bool = True) -> None:
        super().__init__(Settings())
        self.factors = factors
        self.seeded = seeded
        self.asked: list[tuple[int, str]] = []

    def direction(self, delivery: Delivery) -> str:
        return "" if self.seeded else tempo_direction(delivery)

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:
        factor = self.factors[len(self.asked)]
        self.asked.append((seed, self.direction(delivery)))
        return Audio(tone(GOOD_S * (factor or 1), 0.3 if factor else 0.0), SAMPLE_RATE)


@pytest.mark.parametrize(("factors", "kept"), [((6.0, 4.0), 4.0), ((4.0, 6.0), 4.0), ((None, 5.0), 5.0)])
async def test_of_suspicious_clips_the_best_is_kept_and_said_to_be_suspicious(factors, kept):
    engine = Slow(*factors)
    made = await checked_clip(engine, TEXT, VOICE)
    assert made.audio.duration_s == pytest.approx(GOOD_S * kept, abs=0.1)
    assert made.suspicion.startswith("it is too long")
    assert len(made.faults) == 2


@pytest.mark.parametrize(
    ("mine", "theirs", "voice"), [((5.0, 5.0), (None, None), "a"), ((5.0, 5.0), (4.0, 6.0), "b")]
)
async def test_what_one_could_listen_to_is_kept_when_nobody_else_does_better(mine, theirs, voice):
    other = VOICE.model_copy(update={"id": "b"})
    with pytest.raises(FaultyError) as stopped:
        await checked_clip(Slow(*mine), TEXT, VOICE, last=False)
    made = await checked_clip(Slow(*theirs), TEXT, other, before=stopped.value)
    assert (made.voice.id, len(made.faults)) == (voice, 4)


async def test_engine_without_a_seed_says_it_once_more_at_another_tempo():
    for mood, other in [("neutral", "curious"), ("curious", "neutral"), ("serious", "curious")]:
        engine = Slow(5.0, 1.0, seeded=False)
        made = await checked_clip(engine, TEXT, VOICE, delivery=Delivery(mood=mood))
        assert (len(made.faults), made.suspicion) == (1, "")
        tempos = [tempo_direction(Delivery(mood=mood)) for mood in (mood, other)]
        assert engine.asked == [(0, tempo) for tempo in tempos]


async def test_voices_are_learned_across_calls_of_an_engine():
    engine = ToneEngine(Settings())
    voice = engine.voices("en")[0]
    check = ClipCheck()
    for seed in range(ENOUGH_CLIPS):
        await checked_clip(engine, TEXT, voice, seed=seed, check=check)
    assert check.band_s(TEXT, voice) != ClipCheck().band_s(TEXT, voice)

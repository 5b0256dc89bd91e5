"""What a line's clip is made by, and what the run says about it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from podloom.domain import Delivery, EpisodeRequest, Segment, Voice
from podloom.errors import ProviderError, ProviderKeyError, SpeechError, VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.stages import standin
from podloom.stages.opening import open_run
from podloom.stages.run import Run
from podloom.stages.voice import voice_segment
from podloom.telemetry import Telemetry
from podloom.tts.engine import Audio
from podloom.tts.openai_errors import down
from podloom.tts.queue import SpeechQueue
from podloom.tts.tone import ToneEngine

TEXT = "The water was warmer than anybody had expected."


class Faulty(ToneEngine):
    """Silent for the first `faults` attempts."""

    name = "faulty"

    def __init__(self, faults: int) -> None:
        super().__init__(Settings())
        self.faults = faults
        self.attempts = 0

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        self.attempts += 1
        audio = await super().synthesize(text, voice, seed=seed)
        return Audio(audio.samples * 0, audio.sample_rate) if self.attempts <= self.faults else audio


@pytest.fixture
async def run(tmp_path) -> AsyncIterator[Run]:
    run = opened(tmp_path)
    yield run
    await run.cache.close()


def opened(folder, **speech) -> Run:
    asked = EpisodeRequest(sources=(TEXT,), engine="tone", writer="offline", out=str(folder / "out"))
    settings = Settings(home=folder / "home", speech=SpeechSettings(**speech))
    return open_run(asked, settings, Telemetry(), "run")


def line(run: Run, **fields) -> Segment:
    return Segment(chapter=0, index=2, speaker=run.speakers[0].name, text=TEXT, **fields)


def faults(run: Run) -> list[str]:
    return [note for note in run.telemetry.notes if note.startswith("chapter ")]


async def test_sound_clip_is_made_once_and_then_found(run):
    first = await voice_segment(run, line(run))
    again = await voice_segment(run, line(run))
    assert (first.cached, again.cached, again.sha256) == (False, True, first.sha256)
    assert run.telemetry.counters["speech.calls"] == 1
    assert not faults(run)


class Looking(ToneEngine):
    """Looks how many clips are remembered whenever it begins with another."""

    def __init__(self, run: Run) -> None:
        super().__init__(Settings())
        self.run = run
        self.remembered: list[int] = []

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        self.remembered.append(len(await self.run.cache.references()))
        return await super().synthesize(text, voice, seed=seed)


async def test_a_line_begins_when_all_but_the_one_before_are_remembered(run, monkeypatch):
    """So a killed run pays again for what was being spoken or kept, and for nothing that was done."""
    at_once = run.cache.backend.write

    async def slowly(*entry):
        for _ in range(20):
            await asyncio.sleep(0)
        await at_once(*entry)

    monkeypatch.setattr(run.cache.backend, "write", slowly)
    run.queue = SpeechQueue(1)
    run.engine = engine = Looking(run)
    lines = [line(run).model_copy(update={"text": TEXT + " Yes." * number}) for number in range(5)]
    await asyncio.gather(*(voice_segment(run, segment) for segment in lines))
    assert len(engine.remembered) == 5
    assert all(known >= number - 1 for number, known in enumerate(engine.remembered))


async def test_what_was_made_again_is_counted_and_noted(run):
    run.engine = Faulty(1)
    await voice_segment(run, line(run))
    assert run.telemetry.counters["speech.faulty_clips"] == 1
    assert run.telemetry.counters["speech.remade_lines"] == 1
    assert [note.partition(": ")[0] for note in faults(run)] == ["chapter 1, line 3 (Robin) was made again"]


async def test_fallback_voices_the_line_and_every_run_says_so(run):
    run.engine, run.fallback = Faulty(9), ToneEngine(Settings())
    run.understudies = {speaker.name: run.fallback.voices("en")[3] for speaker in run.speakers}
    made = await voice_segment(run, line(run))
    run.telemetry.notes.clear()
    found = await voice_segment(run, line(run))
    assert (found.cached, found.sha256) == (True, made.sha256)
    assert faults(run) == ["chapter 1, line 3 (Robin) was voiced by tone voice 'tone-bright'"]


class Down(ToneEngine):
    """Fails with `error` until it is mended."""

    name = "down"
    remote = True

    def __init__(self, error: ProviderError) -> None:
        super().__init__(Settings())
        self.error: ProviderError | None = error
        self.calls = 0

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        self.calls += 1
        if self.error:
            raise self.error
        return await super().synthesize(text, voice, seed=seed)


@pytest.fixture
def with_fallback(run):
    run.fallback = ToneEngine(Settings())
    run.understudies = {speaker.name: run.fallback.voices("en")[3] for speaker in run.speakers}
    return run


async def test_while_a_server_is_down_the_fallback_speaks_at_once_and_the_run_says_so(with_fallback):
    run = with_fallback
    run.engine = Down(down("nobody answers"))
    for text in ("The first line of all.", "The second one.", "The third."):
        await voice_segment(run, line(run).model_copy(update={"text": text}))
    assert run.engine.calls == 1
    assert run.telemetry.counters["speech.stand_in_lines"] == 3
    assert run.telemetry.counters["speech.characters"] == 0
    assert faults(run) == ["chapter 1, line 3 (Robin) was voiced by tone voice 'tone-bright'"]
    assert any(
        note == "down is down, so tone speaks meanwhile: nobody answers" for note in run.telemetry.notes
    )


async def test_when_the_server_answers_again_it_speaks_again(with_fallback, monkeypatch):
    run = with_fallback
    monkeypatch.setattr(standin, "REST_S", -1.0)
    run.engine = Down(down("nobody answers"))
    stand_in = await voice_segment(run, line(run))
    run.engine.error = None
    assert (await voice_segment(run, line(run))).sha256 != stand_in.sha256


@pytest.mark.parametrize("error", [ProviderKeyError("wrong key"), ProviderError("no such model")])
async def test_what_will_not_pass_is_an_error_whatever_the_fallback(with_fallback, error):
    with_fallback.engine = Down(error)
    with pytest.raises(ProviderError, match=str(error)):
        await voice_segment(with_fallback, line(with_fallback))


async def test_without_a_fallback_a_server_that_is_down_is_an_error(run):
    run.engine = Down(down("nobody answers"))
    with pytest.raises(ProviderError, match="nobody answers"):
        await voice_segment(run, line(run))


async def test_a_speakers_tone_is_in_every_line_but_those_with_their_own(run):
    run.engine = Told(Settings())
    run.speakers = tuple(speaker.model_copy(update={"tone": "warm"}) for speaker in run.speakers)
    await voice_segment(run, line(run))
    await voice_segment(run, line(run, delivery=Delivery(tone="cold", mood="curious")))
    assert run.engine.tones == ["warm", "cold"]


class Told(ToneEngine):
    """Remembers the tones it was told."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.tones: list[str] = []

    def direction(self, delivery: Delivery) -> str:
        return delivery.tone

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:
        self.tones.append(delivery.tone)
        return await self.synthesize(text, voice, seed=seed)


class Directed(ToneEngine):
    """Curious lines are spoken by ending with a seed of their own."""

    def direction(self, delivery: Delivery) -> str:
        return "curious" if delivery.mood == "curious" else ""

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:
        return await self.synthesize(text, voice, seed=seed + len(self.direction(delivery)))


@pytest.mark.parametrize(
    ("engine", "delivery", "same"),
    [
        (Directed, Delivery(mood="curious"), False),
        (Directed, Delivery(mood="serious", pause="long"), True),
        (ToneEngine, Delivery(mood="curious"), True),
    ],
)
async def test_hints_the_engine_heeds_make_another_clip(run, engine, delivery, same):
    run.engine = engine(Settings())
    plain = await voice_segment(run, line(run))
    hinted = await voice_segment(run, line(run, delivery=delivery))
    assert (hinted.sha256 == plain.sha256) == hinted.cached == same


async def test_line_that_cannot_be_voiced_is_named(run):
    run.engine = Faulty(9)
    with pytest.raises(SpeechError, match=r"^chapter 1, line 3 \(Robin\): no attempt of 2"):
        await voice_segment(run, line(run))


async def test_run_is_opened_with_a_voice_of_the_fallback_for_each(tmp_path):
    run = opened(tmp_path, fallback_engine="tone")
    assert run.fallback is None  # it is the engine itself
    with pytest.raises(VoiceError, match="no speech engine 'festival'"):
        opened(tmp_path / "other", fallback_engine="festival")

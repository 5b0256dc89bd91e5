"""What a line's clip is made by, and what the run says about it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fixtures.voicing import TEXT, Faulty, Slow, faults, line, opened
from podloom.domain import ChapterScript, Delivery, Script, Segment, Voice
from podloom.errors import SpeechError
from podloom.settings import Settings
from podloom.stages.manifest import cost, suspicious_lines
from podloom.stages.run import Run
from podloom.stages.voice import voice_segment
from podloom.tts.engine import Audio
from podloom.tts.queue import SpeechQueue
from podloom.tts.tone import ToneEngine

OTHER = Segment(chapter=0, index=3, speaker="Casey", text="A line that nothing is wrong with.")


@pytest.fixture
async def run(tmp_path) -> AsyncIterator[Run]:
    run = opened(tmp_path)
    yield run
    await run.cache.close()


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


@pytest.mark.parametrize(("remote", "stand_in_remote"), [(True, False), (False, True), (True, True)])
async def test_every_attempt_of_a_server_has_its_price(tmp_path, remote, stand_in_remote):
    run = opened(tmp_path, price=1e6)
    run.engine, run.fallback = Faulty(2), ToneEngine(Settings())
    run.engine.remote, run.fallback.remote = remote, stand_in_remote
    run.understudies = {speaker.name: run.fallback.voices("en")[3] for speaker in run.speakers}
    await voice_segment(run, line(run))
    counters = run.telemetry.counters
    assert (counters["speech.calls"], counters["speech.characters"]) == (3, 3 * len(TEXT))
    assert cost(run) == counters["speech.paid_characters"] == (2 * remote + stand_in_remote) * len(TEXT)
    await run.cache.close()


@pytest.mark.parametrize("remote", [True, False])
async def test_what_a_server_has_spoken_without_a_price_costs_nobody_knows_what(run, remote):
    run.engine = Faulty(9)
    run.engine.remote = remote
    with pytest.raises(SpeechError):
        await voice_segment(run, line(run))
    assert cost(run) == (None if remote else 0)


async def test_a_line_that_stays_suspicious_is_kept_and_every_run_says_so(run):
    run.engine = Slow(Settings())
    made = await voice_segment(run, line(run))
    assert run.telemetry.counters["speech.remade_lines"] == 1
    assert [note.partition(":")[0] for note in faults(run)] == [
        "chapter 1, line 3 (Robin) was made again",
        "chapter 1, line 3 (Robin) may sound wrong",
    ]
    run.telemetry.notes.clear()
    run.suspicions.clear()
    found = await voice_segment(run, line(run))
    assert (found.cached, found.sha256) == (True, made.sha256)
    (note,) = faults(run)
    assert "may sound wrong: it is too long" in note
    script = Script.model_construct(chapters=(ChapterScript(index=0, title="", segments=(line(run), OTHER)),))
    (told,) = suspicious_lines(run, script)
    assert told.pop("fault").startswith("it is too long")
    assert told == {"chapter": 1, "line": 3, "speaker": "Robin"}


async def test_what_cannot_be_said_in_another_way_was_not_made_again(run):
    run.engine = Slow(Settings())
    run.engine.seeded = False
    await voice_segment(run, line(run))
    assert run.telemetry.counters["speech.faulty_clips"] == 1
    assert run.telemetry.counters["speech.remade_lines"] == 0
    assert "may sound wrong" in " ".join(faults(run))


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

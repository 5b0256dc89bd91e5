"""Who speaks instead: what the engine gets wrong, and what it is asked for while its server is down."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fixtures.voicing import TEXT, Faulty, faults, line, opened
from podloom.domain import Voice
from podloom.errors import ProviderError, ProviderKeyError, SpeechError, VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.stages import standin
from podloom.stages.run import Run
from podloom.stages.voice import voice_segment
from podloom.tts.engine import Audio
from podloom.tts.openai_errors import down
from podloom.tts.queue import SpeechQueue, queue_for
from podloom.tts.tone import ToneEngine


@pytest.fixture
async def run(tmp_path) -> AsyncIterator[Run]:
    run = opened(tmp_path)
    yield run
    await run.cache.close()


async def test_fallback_voices_the_line_and_every_run_says_so(run):
    run.engine, run.fallback = Faulty(9), ToneEngine(Settings())
    run.understudies = {speaker.name: run.fallback.voices("en")[3] for speaker in run.speakers}
    made = await voice_segment(run, line(run))
    run.telemetry.notes.clear()
    found = await voice_segment(run, line(run))
    assert (found.cached, found.sha256) == (True, made.sha256)
    assert faults(run) == ["chapter 1, line 3 (Robin) was voiced by tone voice 'tone-bright'"]


class Unloadable(ToneEngine):
    """Must not be needed."""

    async def load(self) -> None:
        raise AssertionError


async def test_the_fallback_is_not_loaded_before_it_is_needed(run):
    run.engine, run.fallback = Faulty(1), Unloadable(Settings())
    run.understudies = {speaker.name: run.fallback.voices("en")[3] for speaker in run.speakers}
    await voice_segment(run, line(run))
    assert run.engine.attempts == 2


class OneAtATime(ToneEngine):
    """Counts what it speaks at once."""

    name = "one at a time"

    def __init__(self) -> None:
        super().__init__(Settings(speech=SpeechSettings(local_concurrency=1)))
        self.now = self.most = 0

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return await super().synthesize(text, voice, seed=seed)


async def test_what_the_fallback_speaks_is_bounded_by_its_own_queue(run):
    run.queue, run.engine, run.fallback = SpeechQueue(4), Faulty(99), OneAtATime()
    run.understudies = {speaker.name: run.fallback.voices("en")[3] for speaker in run.speakers}
    lines = [line(run).model_copy(update={"text": TEXT + " Yes." * number}) for number in range(4)]
    await asyncio.gather(*(voice_segment(run, segment) for segment in lines))
    assert run.telemetry.counters["speech.remade_lines"] == 4
    assert run.fallback.most == 1


class Open:
    """A gate that gives a slot to whoever asks."""

    def __init__(self) -> None:
        self.given = self.left = 0

    def ask(self, lines) -> None:
        self.given += lines.start("slot")

    def knock(self) -> None:
        raise AssertionError

    def leave(self, slot) -> None:
        self.left += 1


@pytest.mark.parametrize(("faults", "of_the_fallback"), [(0, 0), (9, 1)])
async def test_each_engine_speaks_with_a_slot_of_its_own_servers(with_fallback, faults, of_the_fallback):
    run = with_fallback
    run.engine = Faulty(faults)
    run.slots = {run.engine: Open(), run.fallback: Open()}
    await voice_segment(run, line(run))
    assert [(gate.given, gate.left) for gate in run.slots.values()] == [(1, 1), (of_the_fallback,) * 2]


class Together(Faulty):
    """Never right; the first attempt waits until another engine's has begun."""

    def __init__(self, name: str, both: asyncio.Barrier) -> None:
        super().__init__(99)
        self.name, self.concurrency, self.both = name, 1, both

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        if not self.attempts:
            await self.both.wait()
        return await super().synthesize(text, voice, seed=seed)


async def test_engines_that_stand_in_for_one_another_never_wait_for_one_another(tmp_path):
    runs, both = [opened(tmp_path / name) for name in "ab"], asyncio.Barrier(2)
    engines = [Together(name, both) for name in "ab"]
    for run, engine, fallback in zip(runs, engines, reversed(engines), strict=True):
        run.engine, run.queue, run.fallback = engine, queue_for(engine), fallback
        run.understudies = {speaker.name: speaker.voice for speaker in run.speakers}
    voicing = (voice_segment(run, line(run)) for run in runs)
    for error in await asyncio.gather(*voicing, return_exceptions=True):
        assert str(error).startswith("chapter 1, line 3 (Robin): no attempt of 4 gave a sound clip")
    for run in runs:
        await run.cache.close()


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


async def test_a_fallback_that_is_down_is_no_outage_of_the_engine(run):
    run.engine, run.fallback = Faulty(2), Down(down("nobody answers"))
    run.understudies = {speaker.name: run.fallback.voices("en")[3] for speaker in run.speakers}
    with pytest.raises(SpeechError, match=r"^chapter 1, line 3 .*silent.*silent.*down voice .*nobody"):
        await voice_segment(run, line(run))
    assert run.outage.error is None
    assert run.fallback.calls == 1
    await voice_segment(run, line(run).model_copy(update={"text": "Another line, by the engine."}))
    assert run.engine.attempts == 3
    assert run.telemetry.counters["speech.stand_in_lines"] == 0


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
    assert run.telemetry.counters["speech.paid_characters"] == 0
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


async def test_run_is_opened_with_a_voice_of_the_fallback_for_each(tmp_path):
    run = opened(tmp_path, fallback_engine="tone")
    assert run.fallback is None  # it is the engine itself
    with pytest.raises(VoiceError, match="no speech engine 'festival'"):
        opened(tmp_path / "other", fallback_engine="festival")

"""Which of a run's speakers may get another voice."""

import pytest

from fixtures.voicing import opened
from podloom.domain import SpeakerRequest, Voice
from podloom.errors import VoiceError
from podloom.settings import Settings
from podloom.stages.contrast import contrast
from podloom.tts.engine import Audio
from podloom.tts.tone import ToneEngine

PITCHES = {"low": 110.0, "lower": 108.0, "high": 220.0}


class Unmeasured(ToneEngine):
    """Tones whose pitch it does not tell, the first two alike."""

    name = "unmeasured"

    def voices(self, language=None):
        return [Voice(engine=self.name, id=name, language="en") for name in PITCHES]

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        heard = voice.model_copy(update={"pitch_hz": PITCHES[voice.id]})
        return await super().synthesize(text, heard, seed=seed)


@pytest.fixture
async def run(tmp_path):
    run = opened(tmp_path)
    run.engine = Unmeasured(Settings())
    voices = run.engine.voices()
    run.speakers = tuple(
        speaker.model_copy(update={"voice": voice})
        for speaker, voice in zip(run.speakers, voices[:2], strict=True)
    )
    yield run
    await run.cache.close()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((), ["low", "high"]), (("low",), ["low", "high"]), (("", "lower"), ["high", "lower"])],
)
async def test_voices_that_nobody_asked_for_are_replaced(run, asked, expected):
    wanted = tuple(SpeakerRequest(voice=voice) for voice in asked)
    run.request = run.request.model_copy(update={"speakers": wanted})
    names = [speaker.name for speaker in run.speakers]
    await contrast(run)
    assert [speaker.voice.id for speaker in run.speakers] == expected
    assert [speaker.name for speaker in run.speakers] == names
    (note,) = [note for note in run.telemetry.notes if "sound alike" in note]
    assert note.endswith("has 'high'")


async def test_those_that_were_asked_for_stay_and_are_refused(run):
    wanted = tuple(SpeakerRequest(voice=voice) for voice in ("low", "lower"))
    run.request = run.request.model_copy(update={"speakers": wanted})
    with pytest.raises(VoiceError, match="one of them 'high'"):
        await contrast(run)

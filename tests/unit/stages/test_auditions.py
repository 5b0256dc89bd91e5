"""Voices that are listed, and the one that speaks a sample."""

import pytest
import soundfile

from podloom.domain import Speaker, Voice
from podloom.errors import ProviderKeyError, VoiceError
from podloom.settings import Settings
from podloom.stages import auditions
from podloom.stages.auditions import list_voices, speak_sample
from podloom.stages.contrast import measurements
from podloom.tts.engine import Audio
from podloom.tts.hearing import tell_apart
from podloom.tts.tone import ToneEngine


class Choir(ToneEngine):
    """Voices that can be mixed; one sings in both languages."""

    name = "choir"

    def __init__(self) -> None:
        super().__init__(Settings())
        self.spoken: list[tuple[str, str, str]] = []

    def voices(self, language=None):
        rows = [("bass", "en"), ("alto/2", "en"), ("bass", "ko")]
        return [
            Voice(engine=self.name, id=name, label=name.capitalize(), language=code)
            for name, code in rows
            if language in {None, code}
        ]

    def blend(self, voice_id, language):
        if not voice_id.startswith("bass:"):
            raise VoiceError(f"no recipe: {voice_id}")
        return Voice(engine=self.name, id=voice_id, language=language)

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        self.spoken.append((voice.id, voice.language, text))
        return await super().synthesize(text, voice, seed=seed)


class Told(ToneEngine):
    """A server that tells its voices when it is asked."""

    name = "told"
    remote = True
    asked = False

    async def load(self) -> None:
        self.asked = True

    def voices(self, language=None):
        return [Voice(engine=self.name, id="theirs" if self.asked else "guessed", language="en")]


class Locked(Told):
    """A server that nobody has a key for."""

    async def load(self) -> None:
        raise ProviderKeyError("no key")


@pytest.fixture
def choir(monkeypatch) -> Choir:
    engines = {"locked": Locked(Settings()), "choir": Choir(), "told": Told(Settings())}
    monkeypatch.setattr(auditions, "ENGINES", engines)
    monkeypatch.setattr(auditions.shared, "engine", lambda name, settings: engines[name])
    return engines["choir"]


@pytest.mark.usefixtures("choir")
async def test_servers_are_asked_for_their_voices_and_those_that_cannot_be_used_are_not_listed():
    listed, missing = await list_voices("", "en", Settings())
    assert [voice.id for voice in listed] == ["bass", "alto/2", "theirs"]
    assert missing == {"locked": "no key"}
    with pytest.raises(ProviderKeyError):
        await list_voices("locked", None, Settings())


async def test_a_pitch_that_was_measured_when_a_voice_was_cast_is_listed(choir, tmp_path):
    settings = Settings(home=tmp_path)
    cast = [Speaker(name=voice.id, role="host", voice=voice) for voice in choir.voices("en")]
    with pytest.raises(VoiceError):  # both are the same tone
        await tell_apart(cast, choir, measurements(settings))
    listed, _ = await list_voices("choir", None, settings)
    assert [voice.pitch_hz for voice in listed] == [pytest.approx(150, rel=0.02)] * 2 + [None]


@pytest.mark.parametrize(
    ("wanted", "options", "voice", "language"),
    [
        ("bass", {}, "bass", "en"),
        ("BASS", {}, "bass", "en"),
        ("choir/bass", {}, "bass", "en"),
        ("alto/2", {}, "alto/2", "en"),
        ("choir/alto/2", {}, "alto/2", "en"),
        ("bass", {"language": "ko"}, "bass", "ko"),
        ("bass", {"text": "안녕하세요."}, "bass", "ko"),
        ("bass", {"text": "안녕하세요.", "language": "en"}, "bass", "en"),
        ("bass:0.5,alto:0.5", {}, "bass:0.5,alto:0.5", "en"),
        ("choir/bass:0.5,alto:0.5", {"language": "ko"}, "bass:0.5,alto:0.5", "ko"),
        ("alto/2", {"text": "안녕하세요."}, "alto/2", "en"),
    ],
)
async def test_a_sample_by_whatever_a_request_may_call_the_voice(
    choir, tmp_path, wanted, options, voice, language
):
    to = tmp_path / "sample.wav"
    assert (await speak_sample(wanted, to, Settings(), **options)).id == voice
    ((spoken, code, _),) = choir.spoken
    assert (spoken, code) == (voice, language)
    assert soundfile.info(to).frames > 0


@pytest.mark.parametrize(
    ("wanted", "engine", "message"),
    [
        ("nemo", "", "no voice 'nemo' here"),
        ("bas", "choir", "did you mean 'bass'"),
        ("choir/x", "", "choir has"),
    ],
)
@pytest.mark.usefixtures("choir")
async def test_nobody_is_an_error(tmp_path, wanted, engine, message):
    with pytest.raises(VoiceError, match=message):
        await speak_sample(wanted, tmp_path / "x.wav", Settings(), engine=engine)

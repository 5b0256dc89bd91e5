import pytest

from podloom.domain import EpisodeRequest, SpeakerRequest, Voice
from podloom.errors import MissingDependencyError, RequestError, VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import coqui_models, kokoro_voices
from podloom.tts.casting import cast, choose_engine, hard_to_understand, toneless, understudies
from podloom.tts.openai import OpenAISpeechEngine
from podloom.tts.readiness import Readiness
from podloom.tts.tone import ToneEngine


class Choir(ToneEngine):
    """Real voices with genders, some of one language only."""

    name = "choir"

    def voices(self, language=None):
        rows = [
            ("m1", "Bass", "male", "en"),
            ("m2", "Tenor", "male", "en"),
            ("f1", "Alto", "female", "en"),
            ("n1", "Organ", "neutral", "en"),
            ("m1", "Bass", "male", "ko"),
            ("f9", "Mezzo", "female", "ko"),
        ]
        return [
            Voice(engine=self.name, id=id_, label=label, gender=gender, language=code)
            for id_, label, gender, code in rows
            if language in {None, code}
        ]

    def blend(self, voice_id, language):
        if not voice_id.startswith("m1:"):
            raise VoiceError(f"no recipe: {voice_id}")
        return Voice(engine=self.name, id=voice_id, language=language)


def request(*speakers: SpeakerRequest, **fields) -> EpisodeRequest:
    return EpisodeRequest(sources=("a text",), speakers=speakers, **fields)


def who(name: str = "", voice: str = "", **fields) -> SpeakerRequest:
    return SpeakerRequest(name=name, voice=voice, **fields)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(request(), [("Alex", "host", "m1"), ("Jamie", "host", "f1")], id="conversation"),
        pytest.param(
            request(format="interview"), [("Alex", "host", "m1"), ("Jamie", "guest", "f1")], id="interview"
        ),
        pytest.param(request(format="narration"), [("Alex", "narrator", "m1")], id="narration"),
        pytest.param(request(language="ko"), [("민준", "host", "m1"), ("서연", "host", "f9")], id="Korean"),
        pytest.param(
            request(who("Jamie"), who("Kim", "f1"), who()),
            [("Jamie", "host", "m1"), ("Kim", "host", "f1"), ("Robin", "host", "n1")],
            id="named voices are kept, others contrast",
        ),
        pytest.param(
            request(who(voice="alto")),
            [("Jamie", "host", "f1"), ("Alex", "host", "m1")],
            id="a second host is added",
        ),
        pytest.param(
            request(who("Jamie", "m2"), who(voice="f1")),
            [("Jamie", "host", "m2"), ("Maya", "host", "f1")],
            id="a cast name gives way to a given one",
        ),
        pytest.param(
            request(who("A"), who("B"), who("C"), format="interview"),
            [("A", "host", "m1"), ("B", "host", "f1"), ("C", "guest", "n1")],
            id="the last one is the guest",
        ),
        pytest.param(
            request(who("A"), who("B", role="expert"), format="interview"),
            [("A", "host", "m1"), ("B", "expert", "f1")],
            id="roles are kept",
        ),
        pytest.param(
            request(who("A", "m1"), who("B", "m1:0.5,f1:0.5")),
            [("A", "host", "m1"), ("B", "host", "m1:0.5,f1:0.5")],
            id="a blend",
        ),
    ],
)
def test_cast(asked, expected):
    speakers = cast(asked, Choir(Settings()))
    assert [(s.name, s.role, s.voice.id) for s in speakers] == expected
    assert {s.voice.language for s in speakers} == {asked.language}


def test_a_tone_stays_with_its_speaker_and_is_noted_where_nobody_heeds_it():
    asked = request(SpeakerRequest(name="Ann", tone=" warm "), who("Ben"))
    engine = Choir(Settings())
    speakers = cast(asked, engine)
    assert [speaker.tone for speaker in speakers] == ["warm", ""]
    assert toneless(speakers, engine).endswith("takes no tone in words; left out for Ann")
    assert toneless(speakers, OpenAISpeechEngine(Settings())) == ""


NOT_POSSIBLE = {
    "nearly a voice": (request(who(voice="Teno")), VoiceError, "did you mean 'Tenor'.*m1, m2, f1, n1"),
    "no recipe": (request(who(voice="x:y")), VoiceError, "no recipe"),
    "other language": (request(who(voice="f1"), language="ko"), VoiceError, "speaks en, not ko.*f9"),
    "one voice for two": (request(who(voice="f1"), who(voice="Alto")), VoiceError, "give one of them 'm1'"),
    "one name for two": (request(who("Kim"), who("kim")), RequestError, "called 'kim'"),
    "two narrators": (request(who("A"), who("B"), format="narration"), RequestError, "one speaker"),
    "too many": (request(who("A"), who("B"), who("C"), language="ko"), VoiceError, "2 voices.*3 speakers"),
}


@pytest.mark.parametrize(("asked", "error", "says"), NOT_POSSIBLE.values(), ids=NOT_POSSIBLE)
def test_refused(asked, error, says):
    with pytest.raises(error, match=f"(?s){says}"):
        cast(asked, Choir(Settings()))


class Measured(Choir):
    """A choir whose pitches were measured: m2 is like m1, and n1 like both."""

    def voices(self, language=None):
        pitches = {"m1": 100, "m2": 108, "f1": 210, "n1": 104, "f9": 260}
        return [v.model_copy(update={"pitch_hz": pitches[v.id]}) for v in super().voices(language)]


def test_voices_that_sound_alike_are_refused_with_a_suggestion():
    alike = request(who(voice="m1"), who(voice="m2"))
    with pytest.raises(VoiceError, match=r"'m1' and 'm2' sound alike \(1.3 semitones.*give one of them 'f1'"):
        cast(alike, Measured(Settings()))


def test_without_a_voice_to_suggest_fewer_speakers_are():
    alike = request(who(voice="m1"), who(voice="m2"), who(voice="f1"))
    with pytest.raises(VoiceError, match=r"sound alike.*take fewer speakers"):
        cast(alike, Measured(Settings()))


def test_nobody_is_cast_with_a_voice_that_sounds_like_another():
    assert [s.voice.id for s in cast(request(who(voice="m2")), Measured(Settings()))] == ["m2", "f1"]
    with pytest.raises(VoiceError, match="no further voice for 'en' that can be told from m1, f1"):
        cast(request(who(), who(), who()), Measured(Settings()))


def test_four_embedded_voices_can_be_told_apart():
    class Kokoro(Choir):
        def voices(self, language=None):
            return kokoro_voices.voice_table(language)

        def timbre(self, voice):
            return kokoro_voices.timbre(voice.id)

    speakers = cast(request(who(), who(), who(), who()), Kokoro(Settings()))
    assert [speaker.voice.label for speaker in speakers] == ["Kumo", "Gongitsune", "Blend", "Alpha"]


class Mumbling(Choir):
    """Its best voices are hard to understand."""

    def voices(self, language=None):
        rates = {"m1": 0.4, "f1": 0.151, "n1": 0.15}
        return [v.model_copy(update={"error_rate": rates.get(v.id)}) for v in super().voices(language)]


def test_what_is_hard_to_understand_is_cast_last_and_said_when_it_is_asked_for():
    engine = Mumbling(Settings())
    speakers = cast(request(who(), who()), engine)
    assert [speaker.voice.id for speaker in speakers] == ["m2", "n1"]
    assert hard_to_understand(speakers) == ""
    asked = cast(request(who(voice="m1"), who()), engine)
    assert [speaker.voice.id for speaker in asked] == ["m1", "n1"]
    assert hard_to_understand(asked).startswith("hard to understand in 'en': m1 (40%) misheard")


def test_language_without_a_voice_is_refused():
    class EnglishOnly(Choir):
        def voices(self, language=None):
            return [voice for voice in super().voices(language) if voice.language == "en"]

    with pytest.raises(VoiceError, match="no voice that speaks 'ko'"):
        cast(request(language="ko"), EnglishOnly(Settings()))


def test_long_lists_are_cut_in_messages():
    class Crowd(Choir):
        def voices(self, language=None):
            return [Voice(engine="crowd", id=f"p{n}", language="en") for n in range(109)]

    with pytest.raises(VoiceError, match="p11 and 97 more"):
        cast(request(who(voice="nobody")), Crowd(Settings()))


@pytest.fixture
def machine(monkeypatch):
    """Sets what is installed and which keys there are."""

    def set_up(*, coqui=0, kokoro=False, base_url="", key="") -> Settings:
        def readiness(_settings, language, speakers) -> Readiness:
            ready = language == "en" and speakers <= coqui
            return Readiness(ready, "installed" if ready else "only one voice" if coqui == 1 else "")

        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        monkeypatch.setattr(coqui_models, "readiness", readiness)
        monkeypatch.setattr(kokoro_voices, "missing_packages", lambda: [] if kokoro else ["misaki"])
        return Settings(speech=SpeechSettings(base_url=base_url, api_key=key))

    return set_up


@pytest.mark.parametrize(
    ("language", "there", "engine", "reason"),
    [
        ("en", {"coqui": 2, "kokoro": True, "base_url": "http://x", "key": "k"}, "coqui", "installed"),
        ("ko", {"coqui": 2, "kokoro": True}, "kokoro", "embedded"),
        ("en", {"coqui": 1, "kokoro": True}, "kokoro", "only one voice"),
        ("en", {"coqui": 1, "key": "k"}, "openai", "only one voice"),
        ("en", {"kokoro": True, "base_url": "http://x"}, "openai", "PODLOOM_SPEECH_BASE_URL"),
        ("en", {"kokoro": True, "key": "k"}, "openai", "key"),
        ("en", {"kokoro": True}, "kokoro", "embedded"),
    ],
)
def test_auto_takes_the_best_that_is_ready(machine, language, there, engine, reason):
    choice = choose_engine(request(language=language), machine(**there))
    assert choice.name == engine
    assert reason in choice.reason


@pytest.mark.parametrize(
    ("fields", "voices"),
    [({"format": "narration"}, 1), ({"format": "interview"}, 2), ({"speakers": (who(), who(), who())}, 3)],
)
def test_auto_counts_the_voices_that_the_episode_needs(machine, fields, voices):
    asked = EpisodeRequest(sources=("a text",), **fields)
    assert choose_engine(asked, machine(coqui=voices, kokoro=True)).name == "coqui"
    assert choose_engine(asked, machine(coqui=voices - 1, kokoro=True)).name == "kokoro"


def test_auto_without_any_voice_says_what_to_install(machine):
    with pytest.raises(MissingDependencyError, match=r"pip install 'podloom\[kokoro\]'"):
        choose_engine(request(), machine())


def test_named_engine_is_taken(machine):
    choice = choose_engine(request(engine="tone"), machine(kokoro=True))
    assert (choice.name, choice.reason) == ("tone", "asked for")


def test_unknown_engine_is_refused(machine):
    with pytest.raises(VoiceError, match="'festival'; choose one of kokoro, openai, coqui, piper, tone or"):
        choose_engine(request(engine="festival"), machine())


@pytest.mark.parametrize(
    ("voices", "expected"),
    [
        (("m1", "f1"), ["tone-low", "tone-high"]),  # no gender in common: in order
        (("f1", "m2"), ["f1", "m1"]),
        (("m1", "m2", "f1"), ["m1", "m2", "f1"]),
    ],
)
def test_understudies_are_of_the_same_gender_and_differ(voices, expected):
    speakers = cast(request(*(who(voice=voice) for voice in voices)), Choir(Settings()))
    engine = (ToneEngine if expected[0].startswith("tone") else Choir)(Settings())
    found = understudies(speakers, engine, "en")
    assert [found[speaker.name].id for speaker in speakers] == expected


def test_fallback_engine_without_enough_voices_is_refused():
    class Soloist(Choir):
        def voices(self, language=None):
            return super().voices(language)[:1]

    with pytest.raises(VoiceError, match="'choir' has 1 voice for 'en', too few for 2 speakers"):
        understudies(cast(request(), Choir(Settings())), Soloist(Settings()), "en")

"""How words of a show are said, by engines that take sounds and by others."""

import pytest
from pydantic import ValidationError

from podloom.domain import ChapterScript, EpisodeRequest, Script, Segment
from podloom.errors import VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.stages.opening import open_run
from podloom.stages.pronouncing import check_lexicon, lexicon_of, note_guesses
from podloom.stages.voice import voice_segment
from podloom.telemetry import Telemetry
from podloom.tts.tone import ToneEngine

IPA = ("nginx=/ˈɛnʤɪn/",)


class Phonetic(ToneEngine):
    """Has a sound for every letter, and for no sign; knows every word but Zorb."""

    name = "phonetic"

    def __init__(self) -> None:
        super().__init__(Settings())
        self.texts: list[str] = []

    async def synthesize(self, text, voice, *, seed=0):
        self.texts.append(text)
        return await super().synthesize(text, voice, seed=seed)

    def soundless(self, ipa: str) -> str:
        return "".join(symbol for symbol in ipa if not (symbol.isalpha() or symbol in "ˈˌ"))

    def guessed(self, text, language):
        return [word for word in text.split() if word == "Zorb"]


def request(tmp_path, pronunciations=()):
    return EpisodeRequest(
        sources=("A text.",),
        engine="tone",
        writer="offline",
        out=str(tmp_path / "out"),
        pronunciations=pronunciations,
    )


@pytest.fixture
async def run(tmp_path):
    run = open_run(request(tmp_path, IPA), Settings(home=tmp_path / "home"), Telemetry(), "run")
    yield run
    await run.cache.close()


def test_the_shows_own_count_more_than_the_settings(tmp_path):
    settings = Settings(speech=SpeechSettings(pronunciations={"nginx": "en jinx", "git": "jit"}))
    assert lexicon_of(request(tmp_path, IPA), settings) == {"nginx": "/ˈɛnʤɪn/", "git": "jit"}


@pytest.mark.parametrize("entry", ["nginx", "=x", "nginx= "])
def test_an_entry_without_word_or_spelling_is_refused(tmp_path, entry):
    with pytest.raises(ValidationError, match="is no pronunciation; write WORD=RESPELLING"):
        request(tmp_path, (entry,))


def test_an_engine_that_takes_no_ipa_is_told_of(run):
    assert check_lexicon({"nginx": "/x/", "git": "jit"}, run.engine) == (
        "tone takes no IPA: read as written: nginx; respell them"
    )
    assert check_lexicon({"git": "jit"}, run.engine) == ""
    assert any("takes no IPA" in note for note in run.telemetry.notes)


def test_a_symbol_without_a_sound_is_refused():
    assert check_lexicon({"nginx": "/ˈɛnʤɪn/"}, Phonetic()) == ""
    with pytest.raises(VoiceError, match=r"'nginx' has symbols that phonetic cannot say: '☃'"):
        check_lexicon({"nginx": "/ɛ☃/"}, Phonetic())


async def test_the_sounds_reach_the_engine_that_takes_them(run):
    run.engine = Phonetic()
    await voice_segment(run, line(run, "We run nginx here."))
    assert run.engine.texts == ["We run [nginx](/ˈɛnʤɪn/) here."]


def line(run, text: str) -> Segment:
    return Segment(chapter=0, index=0, speaker=run.speakers[0].name, text=text)


def script(run, *texts: str) -> Script:
    chapter = ChapterScript(index=0, title="C", segments=tuple(line(run, text) for text in texts))
    return Script(title="T", summary="", language="en", draft=True, chapters=(chapter,))


async def test_guessed_words_are_noted_and_kept(run):
    run.engine = Phonetic()
    await note_guesses(run, script(run, "The Zorb met a Zorb", "and left."))
    assert run.guessed_words == ("Zorb",)
    assert any(note.startswith("said by their letters") and "Zorb;" in note for note in run.telemetry.notes)


async def test_nothing_is_noted_when_all_words_are_known(run):
    before = len(run.telemetry.notes)
    run.engine = Phonetic()
    await note_guesses(run, script(run, "All is known."))
    assert (run.guessed_words, len(run.telemetry.notes)) == ((), before)

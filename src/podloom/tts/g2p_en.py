"""English text to Kokoro phonemes: misaki's lexicon files, then letters; no espeak, no spaCy, no GPL.

    >>> phonemes("Welcome to the show.")
    'wˈɛlkəm tə ðə ʃˈO.'

Text comes normalised for speech: no digits or signs, initialisms as single capitals ("A P I"). Words outside
the lexicon are pronounced by their letters, spelled when they have no vowel, and collected in `unknown`, so
that a person can add a pronunciation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from podloom.text.plain import UNDIVIDED
from podloom.tts.english_lexicon import is_acronym, is_also_name, known, lookup
from podloom.tts.english_sounds import by_letters, is_pronounceable
from podloom.tts.homographs import pronounced, role

# Function words in their unstressed form; the lexicon gives the dictionary form.
WEAK = {
    "a": "ɐ", "an": "ən", "the": "ðə", "to": "tə", "and": "ænd", "of": "ʌv", "for": "fɔɹ", "i": "ˌI",
    "is": "ɪz", "was": "wʌz", "are": "ɑɹ", "that": "ðæt", "this": "ðɪs", "it": "ɪt", "in": "ɪn",
    "on": "ˌɔn", "at": "æt", "as": "æz", "with": "wɪð", "or": "ɔɹ", "but": "bʌt", "you": "ju", "we": "wi",
}  # fmt: skip
_UNDIVIDED = str.maketrans(UNDIVIDED)
"""Without it a word with such a letter would be silent."""
_BEFORE_VOWEL = {"the": "ði", "to": "tʊ"}
_VOWELS = "æɑɔɛɪiʊuʌəAIOWYᵻɜɐ"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*'?")
_LETTERS = re.compile(r"\b[A-Z](?:'s)?(?: [A-Z](?:'s)?)+(?![\w'])")
_NAMES_ANYWHERE = ("August", "Polish", "Reno")
"""Names also where every word has a capital, at the start of a sentence."""
_STARTS = re.compile(r"(?:^|[.!?,;:…—])[\s\"]*$")
_ENDS_PHRASE = re.compile(r"\s*(?:[.,!?;:…—]|$)")


def phonemes(text: str, unknown: list[str] | None = None) -> str:
    """Kokoro phonemes of an English sentence; words that no lexicon has are appended to `unknown`.

    Raises:
        MissingDependencyError: The extra kokoro is not installed.
    """
    missing = unknown if unknown is not None else []
    latin = text.translate(_UNDIVIDED)
    bare = "".join(c for c in unicodedata.normalize("NFD", latin) if not unicodedata.combining(c))
    plain = bare.replace("’", "'").replace("-", " ")
    spelled: list[tuple[int, int, str]] = [
        (m.start(), m.end(), _letter_run(m[0])) for m in _LETTERS.finditer(plain)
    ]
    matches = [
        m for m in _WORD.finditer(plain) if not any(start <= m.start() < end for start, end, _ in spelled)
    ]
    words = [m[0].lower() for m in matches]
    spoken = spelled + [
        (m.start(), m.end(), _word(plain, m, words, index, missing)) for index, m in enumerate(matches)
    ]
    return _joined(plain, sorted(spoken))


def _joined(text: str, spoken: Sequence[tuple[int, int, str]]) -> str:
    """The phonemes in place of their words; "the" and "to" have another form before a vowel."""
    result, at = "", 0
    for index, (start, end, sounds) in enumerate(spoken):
        word = text[start:end].lower()
        following = spoken[index + 1][2].lstrip("ˈˌ") if index + 1 < len(spoken) else ""
        if word in _BEFORE_VOWEL and following[:1] in tuple(_VOWELS):
            result += text[at:start] + _BEFORE_VOWEL[word]
        else:
            result += text[at:start] + sounds
        at = end
    return re.sub(r"[\"'*_]|\s+(?=\s)", "", result + text[at:])


def _word(text: str, match: re.Match[str], words: Sequence[str], index: int, missing: list[str]) -> str:
    """Phonemes of one word at its place in the sentence."""
    word = match[0].rstrip("'")
    ends_phrase = _ENDS_PHRASE.match(text, match.end()) is not None
    lower = word.lower()
    if said := pronounced(words, index):
        return said
    if len(word.removesuffix("'s")) == 1 and _is_letter(word, text[: match.start()]):
        return _letter_run(word)
    if is_acronym(word):
        return _letter_run(" ".join(word))
    weak = None if ends_phrase else WEAK.get(lower)
    part = role(words, index, ends_phrase=ends_phrase)
    if _is_name(word, text[: match.start()], part):
        return lookup(word) or ""
    return weak or lookup(lower, part) or lookup(word, part) or known(lower, part) or _outside(word, missing)


def _is_name(word: str, before: str, part: str) -> bool:
    """Whether a word is a name by its capital, and one that sounds different without: Polish, Reno."""
    if not (word.istitle() and is_also_name(word)):
        return False
    return _STARTS.search(before) is None or (word in _NAMES_ANYWHERE and part != "VERB")


def _is_letter(word: str, before: str) -> bool:
    """Whether a single letter is its name rather than a word: "vitamin A", but not "A dog" or "I"."""
    return word not in ("a", "i", "I") and not (word == "A" and _STARTS.search(before))


def _letter_run(letters: str) -> str:
    """Letters joined to one word, the last of them stressed: "A P I" is ˌApˌiˈI."""
    names = [_letter_name(letter) for letter in letters.split()]
    return "".join(name.replace("ˈ", "ˌ") for name in names[:-1]) + names[-1]


def _letter_name(letter: str) -> str:
    name = lookup(letter[0].upper()) or ""
    return name + (
        "z" if letter.endswith("'s") and name[-1:] not in "sz" else "ᵻz" if letter.endswith("'s") else ""
    )


def _outside(word: str, missing: list[str]) -> str:
    """A word that no lexicon has: its parts when it has capitals inside, else by its letters."""
    if not word.isascii():
        missing.append(word)
        return ""
    parts = re.findall(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])", word)
    if len(parts) > 1 and (sounds := [known(part.lower()) for part in parts]) and all(sounds):
        return "".join(filter(None, sounds))
    missing.append(word)
    base = word.removesuffix("'s")
    ending = "z" if base != word else ""
    if is_pronounceable(base):
        return by_letters(base) + ending
    return _letter_run(" ".join(c for c in base.upper() if c.isalpha())) + ending

"""English spelling to Hangul by sound, for Latin words that no table knows.

Syllables follow 외래어 표기법 제3장 제1절: m, n, ng and l close a syllable; p, t, k one after a short
vowel; other consonants take 으, and 이 after the sounds of j and ch. English spelling says too little for
more than a readable guess.
"""

from __future__ import annotations

import re

from podloom.text.korean.hangul import FINALS, compose, decompose

# Letters to sounds: Hangul jamo, ŋ (ng), ʃ (sh), ɫ (l), j and w (glides), ː after a vowel that is not short.
_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("^kn", "ㄴ"), ("^wr", "ㄹ"), ("^ps", "ㅅ"), ("^x", "ㅈ"), ("^mc", "ㅁㅐㅋ"),
    ("tion", "ㅅㅕㄴ"), ("sion", "ㅈㅓㄴ"), ("ture$", "ㅊㅓ"), ("ous$", "ㅓㅅ"), ("igh", "ㅏㅣː"),
    ("age$", "ㅣㅈ"),
    ("tch", "ㅊ"), ("sch", "ㅅㅋ"), ("ck", "ㅋ"), ("cc(?=[ei])", "ㄱㅅ"), ("ch", "ㅊ"), ("sh", "ʃ"),
    ("th", "ㅅ"), ("ph", "ㅍ"),
    ("gh(?=[aeiou])", "ㄱ"), ("gh", ""), ("wh", "w"), ("qu", "ㅋw"), ("ng(?=[aeioul])", "ŋㄱ"), ("ng", "ŋ"),
    ("n(?=[kcqx])", "ŋ"), ("dge?", "ㅈ"), ("ge(?=s?$)", "ㅈ"), ("c(?=[eiy])", "ㅅ"),
    ("([bcdfgkmnpstvz])(?=\\1)", ""),
    ("l(?=l)", ""), ("x", "ㄱㅅ"),
    ("eer|ear$", "ㅣㅓː"), ("air$", "ㅔㅓː"), ("oor$", "ㅜㅓː"), ("our$", "ㅏㅜㅓː"), ("ire$", "ㅏㅣㅓː"),
    ("are$", "ㅔㅓː"), ("ore$", "ㅗㅓː"),
    ("oo(?=k)", "ㅜ"), ("oo", "ㅜː"), ("ee", "ㅣː"), ("ea", "ㅣː"), ("ie(?=s?$)", "ㅣː"), ("ie", "ㅣː"),
    ("ou", "ㅏㅜː"), ("ow$", "ㅗː"),
    ("ow", "ㅏㅜː"), ("ai|ay", "ㅔㅣː"), ("ei|ey$", "ㅣː"), ("ey", "ㅔㅣː"), ("oi|oy", "ㅗㅣː"),
    ("au|aw", "ㅗː"), ("oa", "ㅗː"),
    ("eu|ew", "ㅠː"), ("ue(?=s?$)", "ㅠː"),
    ("a(?=[^aeiouyrwxl]e[sd]?$)", "ㅔㅣː"), ("i(?=[^aeiouyrwx]e[sd]?$)", "ㅏㅣː"),
    ("o(?=[^aeiouyrwx]e[sd]?$)", "ㅗː"), ("u(?=[^aeiouyrwx]e[sd]?$)", "ㅠː"),
    ("(?<=[^aeiou])le$", "ㅡɫ"), ("(?<=[aeiouy][^aeiou])e(?=s?$)", ""),
    ("(?<=[aeiouy][^aeiou][^aeiou])e$", ""),
    ("er(?=s?$|[^aeiouy])", "ㅓː"), ("or(?=s?$)", "ㅓː"), ("ar(?=$|[^aeiouy])", "ㅏː"),
    ("or(?=[^aeiouy])", "ㅗː"),
    ("[iu]r(?=$|[^aeiouy])", "ㅓː"), ("rh", "ㄹ"), ("(?<=[aeiouy])r(?=$|[^aeiouy])", ""),
    ("y(?=[aeou])", "j"), ("w(?=[aeio])", "w"), ("w", "ㅜː"), ("y", "ㅣ"),
    ("a", "ㅏ"), ("æ", "ㅐ"), ("u(?=[^aeiouyrw]{2}|[^aeiouyrw]$)", "ㅓ"), ("e", "ㅔ"), ("i", "ㅣ"),
    ("o", "ㅗ"), ("u", "ㅜ"),
    ("b", "ㅂ"), ("[ckq]", "ㅋ"), ("d", "ㄷ"), ("f", "ㅍː"), ("g", "ㄱ"), ("h(?=[aeiouy])", "ㅎ"), ("h", ""),
    ("j", "ㅈ"), ("l", "ɫ"),
    ("m", "ㅁ"), ("n", "ㄴ"), ("p", "ㅍ"), ("r", "ㄹ"), ("s", "ㅅ"), ("t", "ㅌ"), ("v", "ㅂ"), ("z", "ㅈː"),
)  # fmt: skip
_TABLE = tuple((re.compile(pattern), sound) for pattern, sound in _SPELLINGS)

_VOWEL_SOUNDS = "ㅏㅐㅓㅔㅕㅗㅜㅠㅡㅣ"
_WITH_J = dict(zip("ㅏㅐㅓㅔㅗㅜ", "ㅑㅒㅕㅖㅛㅠ", strict=True))
_WITH_W = dict(zip("ㅏㅐㅓㅔㅗㅣ", "ㅘㅙㅝㅞㅝㅟ", strict=True))
_CLOSING = {"ㅁ": "ㅁ", "ㄴ": "ㄴ", "ŋ": "ㅇ", "ɫ": "ㄹ"}
_STOPS = {"ㅋ": "ㄱ", "ㅍ": "ㅂ", "ㅌ": "ㅅ"}


def by_sound(word: str) -> str:
    """Hangul of a word in small Latin letters; never empty for a word."""
    return _syllables(_sounds(word)) or "".join(compose("ㅇ", "ㅡ") for _ in word[:1])


def _sounds(word: str) -> str:
    sounds, at = "", 0
    if re.fullmatch("[^aeiouy]*a[^aeiouyrw]+", word):
        word = word.replace("a", "æ")
    while at < len(word):
        found = next(((m, sound) for rule, sound in _TABLE if (m := rule.match(word, at))), None)
        # A letter outside a to z has no sound; the caller has reduced them all.
        match, sound = found or (None, "")
        sounds += sound
        at = max(match.end(), at + 1) if match else at + 1
    return sounds


def _syllables(sounds: str) -> str:
    """Sounds put into syllables, with 으 or 이 where a consonant has no vowel."""
    done: list[str] = []
    onset = glide = ""
    tokens = re.findall(r"[^ː]ː?", sounds)
    for index, token in enumerate(tokens):
        sound, following = token[0], (tokens[index + 1][0] if index + 1 < len(tokens) else "")
        if sound in _VOWEL_SOUNDS:
            done.append(_open(onset, glide, sound))
            onset = glide = ""
        elif sound in "jw":
            glide = sound
        elif following and following in _VOWEL_SOUNDS + "jw":
            onset = _lead(done, sound)
        else:
            _trail(done, sound, following, short=index > 0 and tokens[index - 1] in tuple(_VOWEL_SOUNDS))
    if glide:
        done.append(_open(onset, "", "ㅜ"))
    return "".join(done)


def _open(onset: str, glide: str, vowel: str) -> str:
    if onset == "ʃ":
        onset, glide = "ㅅ", glide or "j"
    table = {"j": _WITH_J, "w": _WITH_W}.get(glide, {})
    if onset in ("ㅈ", "ㅊ") and glide == "j":
        table = {}
    return compose(onset or "ㅇ", table.get(vowel, vowel))


def _lead(done: list[str], sound: str) -> str:
    """The onset of the next syllable; l doubles into an open syllable before it (콜라, 클라)."""
    if sound == "ŋ":
        _close(done, "ㅇ")
        return ""
    if sound != "ɫ":
        return sound
    _close(done, "ㄹ")
    return "ㄹ"


def _trail(done: list[str], sound: str, following: str, *, short: bool) -> None:
    """A consonant without a vowel after it."""
    if sound in _CLOSING and _close(done, _CLOSING[sound]):
        return
    if sound in "ㅁㄴ" and done and decompose(done[-1])[2] == "ㄹ":
        done.append(compose("ㄹ", "ㅡ", sound))
        return
    if sound in _STOPS and short and following not in tuple("ㄹɫㅁㄴㅅ") and _close(done, _STOPS[sound]):
        return
    plain = {"ŋ": "ㅇ", "ɫ": "ㄹ", "ʃ": "ㅅ"}.get(sound, sound)
    done.append(compose(plain, "ㅣ" if sound == "ʃ" or (sound in "ㅈㅊ" and not following) else "ㅡ"))


def _close(done: list[str], final: str) -> bool:
    """Close the last syllable, if there is one and it is open."""
    if not done:
        return False
    initial, vowel, closed = decompose(done[-1])
    if closed or final not in FINALS:
        return False
    done[-1] = compose(initial, vowel, final)
    return True

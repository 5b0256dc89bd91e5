"""English spelling to Hangul by sound, for Latin words that no table knows.

Syllables follow 외래어 표기법 제3장 제1절: m, n, ng and l close a syllable; p, t, k one after a short
vowel; other consonants take 으, and 이 after the sounds of j and ch. English spelling says too little for
more than a readable guess.
"""

from __future__ import annotations

import re

from podloom.text.korean.hangul import FINALS, compose, decompose

# Letters to sounds: Hangul jamo, ŋ (ng), ʃ (sh), ɫ (l), ㄲ (k that closes), j and w (glides), ː after a vowel
# that is not short. æ is a short a, as `_sounds` writes it.
_AT_FIRST_VOWEL = "(?:^|(?<=^[^aeiouy])|(?<=^[^aeiouy]{2})|(?<=^[^aeiouy]{3}))"
_SECOND_SYLLABLE = "(?:(?<=[aeiouyæ][^aeiou])|(?<=[aeiouyæ][^aeiou]{2})|(?<=[aeiouyæ][^aeiou]{3}))"
_ENGLISH = "(?!.*[aoi]$)"
"""Words in a, o and i are mostly Italian, Spanish or Japanese: piano, sonata, Dubai."""
_LONG = r"(?:e[sd]?|ings?|ers?)$"
"""After a vowel and one consonant: the vowel is said as the name of its letter."""
_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("^kn", "ㄴ"), ("^wr", "ㄹ"), ("^ps", "ㅅ"), ("^x", "ㅈ"), ("^mc", "ㅁㅐㅋ"), ("^uni(?!n)", "jㅜㄴㅣ"),
    ("a(?=tion)", "ㅔㅣː"), ("tion", "ㅅㅕㄴ"), ("ssion|(?<=n)sion", "ㅅㅕㄴ"), ("sion", "ㅈㅓㄴ"),
    ("[ct]ial", "ㅅㅕɫ"), ("ture(?=s?$)", "ㅊㅓ"), ("ous$", "ㅓㅅ"), ("(?<=[a-z]{3})ment(?=s?$)", "ㅁㅓㄴㅌ"),
    ("(?<=[st])ive(?=s?$)", "ㅣㅂ"), ("ique$", "ㅣㅋ"), ("ism$", "ㅣㅈㅡㅁ"), ("eigh", "ㅔㅣː"),
    ("igh", "ㅏㅣː"), ("ought|aught", "ㅗːㅌ"), ("ould$", "ㅜㄷ"), ("iew", "ㅠː"),
    ("ign(?=s?$|m)", "ㅏㅣːㄴ"), ("gn(?=s?$|m)", "ㄴ"),
    (f"{_SECOND_SYLLABLE}age(?=s?$)", "ㅣㅈ"), (f"{_SECOND_SYLLABLE}ice(?=s?$)", "ㅣㅅ"),
    (f"{_SECOND_SYLLABLE}al(?=s?$)", "ㅓɫ"),
    ("(?<=[aeiouæ][^aeioutd])ed$|(?<=[aeiouæ][^aeiou][^aeioutd])ed$", "ㄷ"),
    ("ange(?=[sd]?$)", "ㅔㅣːㄴㅈ"), ("nge(?=[sd]?$)", "ㄴㅈ"), ("tech", "ㅌㅔㅋ"), ("chr", "ㅋㄹ"),
    ("tch", "ㅊ"), ("sch", "ㅅㅋ"), ("ck", "ㅋ"), ("cc(?=[ei])", "ㄲㅅ"), ("ch", "ㅊ"), ("sh", "ʃ"),
    ("ther(?=s?$)", "ㄷㅓː"), ("th", "ㅅ"), ("ph", "ㅍ"), ("ts$", "ㅊㅡ"), ("ds$", "ㅈㅡ"), ("mb$|mn$", "ㅁ"),
    ("gh(?=[aeiouæ])", "ㄱ"), ("gh", ""), ("wh", "w"), ("qu", "ㅋw"), ("ng(?=er$|ing)", "ŋ"),
    ("ng(?=[aeioulæ])", "ŋㄱ"), ("ng", "ŋ"),
    ("n(?=[kqx]|c(?![eiyh]))", "ŋ"), ("dge?", "ㅈ"), ("ge(?=s?$)", "ㅈ"), ("c(?=[eiy])", "ㅅ"),
    ("(?<!^)(?<!g)g(?=[eiy])|^g(?=en|eo|ym|yp|in)", "ㅈ"),
    ("([bcdfgkmnpstvz])(?=\\1)", ""),
    ("l(?=l)", ""), ("x", "ㄲㅅ"),
    ("eer|ear$", "ㅣㅓː"), ("air$", "ㅔㅓː"), ("oor$", "ㅗㅓː"), ("our(?=[cst])", "ㅗː"), ("our$", "ㅏㅜㅓː"),
    ("ire$", "ㅏㅣㅓː"), ("are$", "ㅔㅓː"), ("ore$", "ㅗㅓː"), ("ear(?=[cdlnt])", "ㅓː"),
    ("oo(?=k)", "ㅜ"), ("oo", "ㅜː"), ("ee", "ㅣː"),
    ("(?<=h)ea(?=d)|(?<=[bhp]r)ea(?=d)|ea(?=lth|th|vy|sure|pon)", "ㅔ"), ("ea", "ㅣː"), ("ie(?=s?$)", "ㅣː"),
    ("ie(?=ts?$)", "ㅏㅣㅓ"), ("ie", "ㅣː"), ("ou", "ㅏㅜː"), ("ow$", "ㅗː"),
    ("ow", "ㅏㅜː"), ("ai|ay", "ㅔㅣː"), ("ei|ey$", "ㅣː"), ("ey", "ㅔㅣː"), ("oi|oy", "ㅗㅣː"),
    ("au|aw", "ㅗː"), ("oa", "ㅗː"),
    ("eu|ew", "ㅠː"), ("ue(?=s?$)", "ㅠː"),
    ("(?<=w)ar(?=$|[^aeiouy])", "ㅗː"), ("(?<=w)[aæ](?=[nst](?!g))", "ㅗ"),
    ("[aæ](?=ll(?:$|s$|ing|er))", "ㅗː"), ("[aæ]l(?=k)", "ㅗː"),
    (f"a(?=[^aeiouyrwx]{_LONG})|{_AT_FIRST_VOWEL}a(?=ble$)", "ㅔㅣː"), (f"i(?=[^aeiouyrwx]{_LONG})", "ㅏㅣː"),
    (f"{_AT_FIRST_VOWEL}i(?=[aou]){_ENGLISH}", "ㅏㅣː"), ("y(?=[^aeiouy]e$)", "ㅏㅣː"),
    (f"o(?=[^aeiouyrwx]{_LONG})", "ㅗː"), (f"u(?=[^aeiouyrwx]{_LONG})", "ㅠː"),
    (f"(?<=[cdfhmnpt])u(?=[^aeiouyw][aeiouy]){_ENGLISH}", "ㅠː"),
    ("(?<=^[a-z])e$|(?<=^sh)e$", "ㅣː"), (f"(?!^){_AT_FIRST_VOWEL}y$", "ㅏㅣː"),
    ("(?<=[^aeiou])le$", "ㅡɫ"), ("(?<=[aeiouyæ][^aeiou])e(?=s?$)", ""),
    ("(?<=[aeiouyæ][^aeiou][^aeiou])e$", ""),
    ("er(?=s?$|[^aeiouy])", "ㅓː"), ("or(?=s?$)", "ㅓː"), ("ar(?=$|[^aeiouy])", "ㅏː"),
    ("or(?=[^aeiouy])", "ㅗː"),
    ("[iu]r(?=$|[^aeiouy])", "ㅓː"), ("rh", "ㄹ"), ("(?<=[aeiouyæ])r(?=$|[^aeiouy])", ""),
    ("y(?=[aeouæ])", "j"), ("w(?=[aeioæ])", "w"), ("w", "ㅜː"), ("y", "ㅣ"),
    ("a", "ㅏ"), ("æ", "ㅐ"), ("u(?=[^aeiouyrw]{2}|[^aeiouyrw]$)", "ㅓ"), ("e", "ㅔ"), ("i", "ㅣ"),
    ("o", "ㅗ"), ("u", "ㅜ"),
    ("b", "ㅂ"), ("[ckq]", "ㅋ"), ("d", "ㄷ"), ("f", "ㅍː"), ("g", "ㄱ"), ("h(?=[aeiouyæ])", "ㅎ"), ("h", ""),
    ("j", "ㅈ"), ("l", "ɫ"),
    ("m", "ㅁ"), ("n", "ㄴ"), ("p", "ㅍ"), ("r", "ㄹ"), ("s", "ㅅ"), ("t", "ㅌ"), ("v", "ㅂ"), ("z", "ㅈː"),
)  # fmt: skip
_TABLE = tuple((re.compile(pattern), sound) for pattern, sound in _SPELLINGS)
_SHORT_A = re.compile(
    r"[^aeiouy]*(a)(?:[^aeiouyrw]+$|(?:ck|ct|dd|dg|ff|gg|mm|mp|nc|nd|nk|nn|nt|pp|pt|sh|sk|ss|tch|tt|x|bb)(?!.*[aoiu]$))"
)
"""The a of hand, happy and actor, but not of panda, pasta and Madrid."""

_VOWEL_SOUNDS = "ㅏㅐㅓㅔㅕㅗㅜㅠㅡㅣ"
_WITH_J = dict(zip("ㅏㅐㅓㅔㅗㅜ", "ㅑㅒㅕㅖㅛㅠ", strict=True))
_WITH_W = dict(zip("ㅏㅐㅓㅔㅗㅣ", "ㅘㅙㅝㅞㅝㅟ", strict=True))
_CLOSING = {"ㄲ": "ㄱ", "ㅁ": "ㅁ", "ㄴ": "ㄴ", "ŋ": "ㅇ", "ɫ": "ㄹ"}
_BEFORE_W = "ㄱㅋㅎ"
"""퀸 is one syllable, 스위트 and 트윈 are two (제3장 제1절 제9항)."""
_STOPS = {"ㅋ": "ㄱ", "ㅍ": "ㅂ", "ㅌ": "ㅅ"}
_UNCLOSED = {
    "ㅋ": ("ㄹ", "ɫ", "ㅁ", "ㄴ"),
    "ㅍ": ("ㄹ", "ɫ", "ㅁ", "ㄴ"),
    "ㅌ": ("ㄹ", "ɫ", "ㅁ", "ㄴ", "ㅅ"),
}
"""Sounds before which a stop takes 으 (제3장 제1절 제1항)."""


def by_sound(word: str) -> str:
    """Hangul of a word in small Latin letters; never empty for a word."""
    return _syllables(_sounds(word)) or "".join(compose("ㅇ", "ㅡ") for _ in word[:1])


def _sounds(word: str) -> str:
    sounds, at = "", 0
    if short := _SHORT_A.match(word):
        word = f"{word[: short.start(1)]}æ{word[short.end(1) :]}"
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
        elif following and following in _VOWEL_SOUNDS + ("jw" if sound in _BEFORE_W else "j"):
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
    if sound in _STOPS and short and following not in _UNCLOSED[sound] and _close(done, _STOPS[sound]):
        return
    plain = {"ㄲ": "ㅋ", "ŋ": "ㅇ", "ɫ": "ㄹ", "ʃ": "ㅅ"}.get(sound, sound)
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

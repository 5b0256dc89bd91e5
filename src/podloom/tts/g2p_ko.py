"""Korean text to Kokoro phonemes by the articles of Standard Korean pronunciation (표준 발음법, 1988).

    >>> as_hangul("독립 서점이 같이"), phonemes("감사합니다.")
    ('동닙 써저미 가치', 'kamsahamnida.')

Text comes normalised for speech: no digits, no Latin letters. First words of a table are respelled, where
sounds alone do not tell (ㄴ insertion, compounds, Sino-Korean ㄹ); then each pair of neighbouring syllables
goes through the rules below in the order of `join`; then jamo become symbols of Kokoro's vocabulary.

The vocabulary has no tense stops. Where only the standard makes a lax stop tense between voiced sounds (발전,
할 것), the voiced lax symbol is kept: heard by Whisper, the voiceless one became an aspirated sound (발찬).
Nor does a final begin the next word (대책 없이), though it is standard: the voice was understood worse.
No Korean listener has judged the result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from podloom.text.korean.hangul import compose, decompose, is_syllable

CLUSTERS: dict[str, tuple[str, str]] = {  # a double final: what stays, what moves to the next syllable
    "ㄳ": ("ㄱ", "ㅅ"), "ㄵ": ("ㄴ", "ㅈ"), "ㄶ": ("ㄴ", "ㅎ"), "ㄺ": ("ㄹ", "ㄱ"), "ㄻ": ("ㄹ", "ㅁ"),
    "ㄼ": ("ㄹ", "ㅂ"), "ㄽ": ("ㄹ", "ㅅ"), "ㄾ": ("ㄹ", "ㅌ"), "ㄿ": ("ㄹ", "ㅍ"), "ㅀ": ("ㄹ", "ㅎ"),
    "ㅄ": ("ㅂ", "ㅅ"),
}  # fmt: skip
NEUTRAL = dict(
    zip("ㄲㅋㄳㄺㅅㅆㅈㅊㅌㅎㅍㅄㄿㄵㄶㄼㄽㄾㅀㄻ", "ㄱㄱㄱㄱㄷㄷㄷㄷㄷㄷㅂㅂㅂㄴㄴㄹㄹㄹㄹㅁ", strict=True)
)
"""The seven sounds a final has when nothing links to it (제9항, 제10항, 제11항)."""
ASPIRATED = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ", strict=True))
TENSED = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
NASAL = dict(zip("ㄱㄷㅂ", "ㅇㄴㅁ", strict=True))
H_FINALS = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}
"""Finals with ㅎ, and what is left without it."""
LINKING_VOWELS = "ㅏㅓㅗㅜㅟㅐㅔㅡㅘㅝㅙㅞㅚㅢ"
"""Before the others, ㅣ and those with j, a word may take ㄴ instead (제29항)."""
PLAIN_VOWELS = dict(zip("ㅑㅕㅖㅛㅠ", "ㅏㅓㅔㅗㅜ", strict=True))

_VOWEL_SYMBOLS = "a ɛ ja jɛ ʌ e jʌ je o wa wɛ we jo u wʌ we wi ju ɯ ɰi i"
VOWEL_IPA = dict(zip("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", _VOWEL_SYMBOLS.split(), strict=True))
INITIAL_IPA = {
    "ㄱ": "k", "ㄲ": "k", "ㄴ": "n", "ㄷ": "t", "ㄸ": "t", "ㄹ": "ɾ", "ㅁ": "m", "ㅂ": "p", "ㅃ": "p",
    "ㅅ": "s", "ㅆ": "s", "ㅇ": "", "ㅈ": "ʨ", "ㅉ": "ʨ", "ㅊ": "ʨʰ", "ㅋ": "kʰ", "ㅌ": "tʰ", "ㅍ": "pʰ",
    "ㅎ": "h",
}  # fmt: skip
VOICED_IPA = {"ㄱ": "ɡ", "ㄷ": "d", "ㅂ": "b", "ㅈ": "ʥ"}
"""Lax stops between voiced sounds."""
FINAL_IPA = {"": "", "ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ŋ"}
PUNCTUATION = str.maketrans({"，": ",", "。": ".", "？": "?", "！": "!", "·": ","})

_TENSING_ARTICLES = ("24", "26", "28")
# 제27항: a prospective ending in ㄹ before a dependent noun, and endings that begin with it.
_AFTER_PROSPECTIVE = re.compile(
    r"(?:것|거|게|건|걸|겁|수[가는도를 록밖]|데|줄|바[가는를 ]|적[에이 ]|듯|곳|도리|사람|성싶)"
)
_PROSPECTIVE_ENDING = re.compile(r"(?:수록|지라도|지언정|세라|밖에|걸(?![가-힣]))")


@dataclass
class Syllable:
    """A syllable as it is being pronounced."""

    initial: str
    vowel: str
    final: str


def phonemes(text: str) -> str:
    """Kokoro phonemes of a Korean sentence; punctuation is kept, because it carries the pauses."""
    spoken, previous = "", None
    for unit in _pronounce(text, standard=False):
        if isinstance(unit, str):
            spoken += unit.translate(PUNCTUATION)
            previous = previous if unit == " " else None
            continue
        onset = _initial_ipa(unit, previous, word_start=spoken[-1:] == " ")
        spoken += onset + VOWEL_IPA[unit.vowel] + FINAL_IPA[unit.final]
        previous = unit
    return re.sub("t(?=[sɕ])", "", spoken)  # no separate t before s: 있습 is one long s


def as_hangul(text: str) -> str:
    """The spoken form written in Hangul."""
    return "".join(
        unit if isinstance(unit, str) else compose(unit.initial, unit.vowel, unit.final)
        for unit in _pronounce(text, standard=True)
    )


@cache
def _respellings(*, tense: bool) -> tuple[dict[str, str], re.Pattern[str]]:
    """The table of words, with or without those that only make a lax sound tense, and how to find them."""
    lines = files("podloom.tts").joinpath("korean_words.tsv").read_text("utf-8").splitlines()
    table = [line.split("\t") for line in lines if line and not line.startswith("#")]
    rows = [row for row in table if tense or row[2] not in _TENSING_ARTICLES]
    anywhere = [word[1:] for word, *_ in rows if word.startswith("~")]
    initial = [word for word, *_ in rows if not word.startswith("~")]
    longest = "|".join(sorted(initial, key=len, reverse=True))
    pattern = re.compile(rf"(?<![가-힣])(?:{longest})|{'|'.join(sorted(anywhere, key=len, reverse=True))}")
    return {word.lstrip("~"): respelling for word, respelling, _ in rows}, pattern


def _pronounce(text: str, *, standard: bool) -> list[Syllable | str]:
    """Syllables as spoken, by the standard or for the voice; what is not Hangul stays a character."""
    table, pattern = _respellings(tense=standard)
    respelled = pattern.sub(lambda match: table[match[0]], text)
    units: list[Syllable | str] = [_syllable(char) for char in respelled]
    if standard:
        _tense_after_prospective(respelled, units)
    for index, unit in enumerate(units):
        if not isinstance(unit, Syllable) or not unit.final:
            continue
        gap = units[index + 1 : index + 2] == [" "]
        following = units[index + 1 + gap : index + 2 + gap]
        if following and isinstance(following[0], Syllable):
            join(unit, following[0], gap=gap, link=standard or not gap)
        else:
            unit.final = NEUTRAL.get(unit.final, unit.final)
    return units


def _syllable(char: str) -> Syllable | str:
    """Vowels as 제5항 has them: 희 is 히 (다만 3), 져 is 저 (다만 1)."""
    if not is_syllable(char):
        return char
    initial, vowel, final = decompose(char)
    if vowel == "ㅢ" and initial != "ㅇ":
        vowel = "ㅣ"
    if initial in "ㅈㅉㅊ":
        vowel = PLAIN_VOWELS.get(vowel, vowel)
    return Syllable(initial, vowel, final)


def _tense_after_prospective(text: str, units: list[Syllable | str]) -> None:
    """할 것을 -> 할 꺼슬, 할수록 -> 할쑤록 (제27항)."""
    for index, unit in enumerate(units[:-1]):
        if not isinstance(unit, Syllable) or unit.final != "ㄹ":
            continue
        gap = text[index + 1] == " "
        rule = _AFTER_PROSPECTIVE if gap else _PROSPECTIVE_ENDING
        following = units[index + 1 + gap] if index + 1 + gap < len(units) else ""
        if isinstance(following, Syllable) and rule.match(text + " ", index + 1 + gap):
            following.initial = TENSED.get(following.initial, following.initial)


def join(a: Syllable, b: Syllable, *, gap: bool, link: bool) -> None:
    """Apply the rules to the boundary of two syllables.

    `gap` is one space between them; `link`, whether a final may begin the second syllable.
    """
    if not gap and _palatalise(a, b):
        return
    if a.final in H_FINALS:
        _resolve_h_final(a, b, gap=gap)
    if not a.final or _aspirate(a, b):
        return
    if link and (_link_words(a, b) if gap else _link(a, b)):
        return
    _tense_after_cluster(a, b, gap=gap)
    _assimilate(a, b)


def _palatalise(a: Syllable, b: Syllable) -> bool:
    """같이 -> 가치, 굳이 -> 구지, 붙여 -> 부처 (제17항)."""
    if b.initial != "ㅇ" or b.vowel not in "ㅣㅕ" or a.final not in ("ㄷ", "ㅌ", "ㄾ"):
        return False
    b.initial = "ㅈ" if a.final == "ㄷ" else "ㅊ"
    b.vowel = PLAIN_VOWELS.get(b.vowel, b.vowel)
    a.final = "ㄹ" if a.final == "ㄾ" else ""
    return True


def _resolve_h_final(a: Syllable, b: Syllable, *, gap: bool) -> None:
    """좋다 -> 조타, 많소 -> 만쏘, 놓는 -> 논는, 낳은 -> 나은 (제12항); the ㅎ is gone afterwards."""
    rest = H_FINALS[a.final]
    if b.initial in ASPIRATED:
        a.final, b.initial = rest, ASPIRATED[b.initial]
    elif b.initial == "ㅅ":
        a.final, b.initial = rest, "ㅆ"
    elif b.initial == "ㅇ" and not gap:
        a.final = rest
    else:
        a.final = rest or ("ㄴ" if b.initial == "ㄴ" else "ㄷ")


def _aspirate(a: Syllable, b: Syllable) -> bool:
    """A stop before ㅎ: 앉히다 -> 안치다, 옷 한 벌 -> 오 탄 벌 (제12항 붙임), 닫히다 -> 다치다 (제17항)."""
    kept, last = CLUSTERS.get(a.final, ("", a.final))
    stop = last if last == "ㅈ" and kept else NEUTRAL.get(last, last)
    if last == "ㅈ" and not kept and b.vowel == "ㅣ":
        stop = "ㅈ"
    if b.initial != "ㅎ" or stop not in ASPIRATED:
        return False
    palatal = last == "ㄷ" and (b.vowel == "ㅣ" or (b.vowel, b.final) in (("ㅕ", ""), ("ㅕ", "ㅆ")))
    b.initial = "ㅊ" if palatal else ASPIRATED[stop]
    if b.initial == "ㅊ":
        b.vowel = PLAIN_VOWELS.get(b.vowel, b.vowel)
    a.final = kept
    return True


def _link(a: Syllable, b: Syllable) -> bool:
    """Into an empty onset: 옷이 -> 오시, 값이 -> 갑씨, 읽어 -> 일거 (제13항, 제14항)."""
    if b.initial != "ㅇ" or a.final == "ㅇ":
        return False
    kept, moved = CLUSTERS.get(a.final, ("", a.final))
    b.initial = "ㅆ" if kept and moved == "ㅅ" else moved
    a.final = kept
    return True


def _link_words(a: Syllable, b: Syllable) -> bool:
    """A stop into the next word, neutralised first: 밭 아래 -> 바 다래, 넋 없다 -> 너 겁따 (제15항)."""
    stop = NEUTRAL.get(a.final, a.final)
    if b.initial != "ㅇ" or b.vowel not in LINKING_VOWELS or stop not in NASAL:
        return False
    a.final, b.initial = "", stop
    return True


def _tense_after_cluster(a: Syllable, b: Syllable, *, gap: bool) -> None:
    """밟고 -> 밥꼬 (제10항), 맑게 -> 말께 (제11항), 앉고, 닮고 (제24항), 넓게, 핥다 (제25항)."""
    if a.final == "ㄼ" and (a.initial, a.vowel) == ("ㅂ", "ㅏ"):
        a.final = "ㅂ"
    elif not gap and a.final == "ㄺ" and b.initial == "ㄱ":
        a.final, b.initial = "ㄹ", "ㄲ"
    elif not gap and a.final in ("ㄵ", "ㄻ", "ㄼ", "ㄾ") and b.initial in "ㄱㄷㅅㅈ":
        b.initial = TENSED[b.initial]


def _assimilate(a: Syllable, b: Syllable) -> None:
    """국민 -> 궁민 (제18항), 독립 -> 동닙 (제19항), 신라 -> 실라 (제20항), 학교 -> 학꾜 (제23항)."""
    a.final = NEUTRAL.get(a.final, a.final)
    if a.final in NASAL:
        if b.initial in "ㄴㅁㄹ":
            a.final = NASAL[a.final]
            b.initial = "ㄴ" if b.initial == "ㄹ" else b.initial
        else:
            b.initial = TENSED.get(b.initial, b.initial)
    elif a.final in ("ㅁ", "ㅇ") and b.initial == "ㄹ":
        b.initial = "ㄴ"
    elif (a.final, b.initial) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        a.final = b.initial = "ㄹ"


def _initial_ipa(unit: Syllable, previous: Syllable | None, *, word_start: bool) -> str:
    after_voiced = previous is not None and previous.final in ("", "ㄴ", "ㄹ", "ㅁ", "ㅇ")
    if unit.initial in VOICED_IPA and after_voiced and not word_start:
        return VOICED_IPA[unit.initial]
    if unit.initial in ("ㅅ", "ㅆ") and unit.vowel in "ㅣㅑㅕㅛㅠㅟ":
        return "ɕ"
    if unit.initial == "ㄹ" and previous is not None and previous.final == "ㄹ":
        return "l"
    return INITIAL_IPA[unit.initial]

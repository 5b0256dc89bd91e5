"""Hangul syllables: taken apart, put together, and the particles that follow them."""

from __future__ import annotations

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST = 0xAC00
_LAST = 0xD7A3

CONSONANT_NAMES: dict[str, str] = {
    "ㄱ": "기역", "ㄲ": "쌍기역", "ㄴ": "니은", "ㄷ": "디귿", "ㄸ": "쌍디귿", "ㄹ": "리을", "ㅁ": "미음",
    "ㅂ": "비읍",
    "ㅃ": "쌍비읍", "ㅅ": "시옷", "ㅆ": "쌍시옷", "ㅇ": "이응", "ㅈ": "지읒", "ㅉ": "쌍지읒", "ㅊ": "치읓",
    "ㅋ": "키읔",
    "ㅌ": "티읕", "ㅍ": "피읖", "ㅎ": "히읗",
}  # fmt: skip


def is_syllable(char: str) -> bool:
    """Whether `char` is one composed Hangul syllable."""
    return len(char) == 1 and _FIRST <= ord(char) <= _LAST


def compose(initial: str, vowel: str, final: str = "") -> str:
    """One syllable of its jamo."""
    index = (INITIALS.index(initial) * 21 + VOWELS.index(vowel)) * 28 + FINALS.index(final)
    return chr(_FIRST + index)


def decompose(syllable: str) -> tuple[str, str, str]:
    """Initial, vowel and final ("" when open) of a syllable."""
    index = ord(syllable) - _FIRST
    return INITIALS[index // 588], VOWELS[index // 28 % 21], FINALS[index % 28]


def is_closed(word: str) -> bool:
    """Whether `word` ends in a consonant, for the choice of a particle."""
    return is_syllable(word[-1:]) and decompose(word[-1])[2] != ""


_PARTICLES = {
    "은": "는", "이": "가", "을": "를", "과": "와", "으로": "로", "이었다": "였다", "이라고": "라고",
    "이라는": "라는", "이며": "며", "이고": "고", "이다": "다", "이면": "면",
}  # fmt: skip
_OPEN_FORM = {**_PARTICLES, **{form: form for form in _PARTICLES.values()}}
_CLOSED_FORM = {form: closed for closed, form in _PARTICLES.items()}


def with_particle(word: str, particle: str) -> str:
    """`word` and `particle` in the form that goes with how the word ends; 로 goes with ㄹ too."""
    open_form = _OPEN_FORM.get(particle, particle)
    if not is_closed(word) or (open_form == "로" and decompose(word[-1])[2] == "ㄹ"):
        return word + open_form
    return word + _CLOSED_FORM.get(open_form, open_form)


def jamo_name(jamo: str) -> str:
    """How a letter that stands alone is said: ㄱ is 기역, ㅏ is 아."""
    if jamo in VOWELS:
        return compose("ㅇ", jamo)
    return CONSONANT_NAMES.get(jamo, "")

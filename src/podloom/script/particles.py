"""Korean particles that follow the sound before them: 은/는, 이/가, 을/를, 와/과, 으로/로, 이에요/예요."""

from __future__ import annotations

import re

PAIRS: dict[str, tuple[str, str]] = {
    "은/는": ("은", "는"),
    "이/가": ("이", "가"),
    "을/를": ("을", "를"),
    "과/와": ("과", "와"),
    "으로/로": ("으로", "로"),
    "이에요/예요": ("이에요", "예요"),
    "이고/고": ("이고", "고"),
}
"""After a final consonant, and after a vowel."""

_SPOKEN_DIGITS = {
    "0": "영",
    "1": "일",
    "2": "이",
    "3": "삼",
    "4": "사",
    "5": "오",
    "6": "육",
    "7": "칠",
    "8": "팔",
    "9": "구",
}
_CAPITALS_WITH_FINAL = "LMNR"
"""Letter by letter: 엘, 엠, 엔, 알; the names of all other letters end in a vowel."""
_RIEUL = 8


def final_consonant(word: str) -> int:
    """Index of the last syllable's final consonant, 0 for none (8 is ㄹ); of other scripts a guess."""
    spoken = re.sub(r"[\W_]+$", "", word)
    last = _SPOKEN_DIGITS.get(spoken[-1:], spoken[-1:])
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28
    if not last.isascii() or not last.isalpha():
        return 0
    if last.isupper():
        return (_RIEUL if last in "LR" else 16) if last in _CAPITALS_WITH_FINAL else 0
    # "Podloom", "London", "email"; most other endings get a vowel in Korean (server: 서버, test: 테스트).
    return {"l": _RIEUL, "m": 16, "n": 4}.get(last, 21 if spoken.endswith("ng") else 0)


def with_particle(word: str, pair: str) -> str:
    """The word with the particle that fits, e.g. ("물", "은/는") -> "물은"; `pair` is a key of PAIRS."""
    after_consonant, after_vowel = PAIRS[pair]
    final = final_consonant(word)
    if pair == "으로/로" and final == _RIEUL:
        return word + after_vowel
    return word + (after_consonant if final else after_vowel)

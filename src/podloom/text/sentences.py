"""Sentences of a text, and pieces of a sentence that is too long for a speech engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from podloom.text.abbreviations import ABBREVIATIONS, CLOSERS
from podloom.text.stops import END, INITIALS, OPENERS, ends_sentence

_HANGUL = re.compile("[가-힣]")
_QUOTATIVE = re.compile(r"(?:이?라[고며는]|하[고며는]|했|말했|물었|외쳤|답했)")
_GOES_ON = re.compile(
    rf"{_QUOTATIVE.pattern}|[은는이가을를의에와과도로](?:\s|$)|에서|에게|으로|이?냐[고는]|[!?.]"
)
"""After a mark without a space: a quotation or a particle, as in "왜?라는 물음" and "야후!의"."""
_DATE = re.compile(r"\d{4}\. ?\d{1,2}\. ?\d{1,2}$")
_FINAL_ENDINGS = "다요까죠네지군나라자"
_M = 16
"""ㅁ among the finals of a syllable."""

_CUTS = (
    re.compile(r"(?<=[;:—–….!?])\s+"),
    re.compile(r"(?<=[,，、،])\s+"),
    re.compile(r"\s+(?=(?:and|but|or|so|because|which|who|that|while|when|although|if|where)\s)"),
    re.compile(r"(?:(?<=지만|는데|면서|므로|으며|니까|하고|하며|되고)|(?<=때문에))\s+"),
    re.compile(r"\s+"),
)
"""Where a long sentence may be cut, best first: stops, commas, conjunctions and endings, any white space."""


def split_sentences(text: str, language: str) -> list[str]:
    """Sentences in reading order, stripped, none empty; an empty line always ends one.

    Any language will do: what is not Korean is split by its own stops and, where it has them, by capitals.
    """
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return [sentence for part in paragraphs for sentence in _sentences(part, language) if sentence]


def _sentences(paragraph: str, language: str) -> Iterator[str]:
    small = paragraph == paragraph.lower()
    korean = language == "ko" and _HANGUL.search(paragraph)
    ends = _ends_korean if korean else partial(ends_sentence, language=language, small=small)
    start = 0
    for match in END.finditer(paragraph):
        if ends(paragraph, start, match):
            yield paragraph[start : match.end()].strip()
            start = match.end()
    yield paragraph[start:].strip()


def split_long(sentence: str, max_chars: int) -> list[str]:
    """Pieces of at most `max_chars` characters, cut near the middle at the best place there is.

    Raises:
        ValueError: `max_chars` is below 1.
    """
    if max_chars < 1:
        raise ValueError(f"max_chars is {max_chars}; a piece has at least one character")
    return list(_pieces(sentence.strip(), max_chars))


def _pieces(sentence: str, max_chars: int) -> Iterator[str]:
    if not sentence:
        return
    if len(sentence) <= max_chars:
        yield sentence
        return
    before, after = _cut(sentence, max_chars)
    yield from _pieces(sentence[:before].rstrip(), max_chars)
    yield from _pieces(sentence[after:].lstrip(), max_chars)


def _cut(sentence: str, max_chars: int) -> tuple[int, int]:
    """End of the first and start of the second half; clause boundaries near either end do not count."""
    middle = len(sentence) / 2
    margin = len(sentence) // 5
    for pattern in _CUTS:
        spans = [m.span() for m in pattern.finditer(sentence) if margin < m.start() < len(sentence) - margin]
        if spans:
            return min(spans, key=lambda span: abs(span[0] - middle))
    spans = [m.span() for m in re.finditer(r"\s+", sentence)]
    return min(spans, key=lambda span: abs(span[0] - middle)) if spans else (max_chars, max_chars)


def _ends_korean(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a sentence ends at this stop; Korean has no capitals to go by."""
    following = text[match.end() :].lstrip(OPENERS)
    if not following:
        return True
    sentence = text[start : match.start()]
    final = sentence[-1:] in _FINAL_ENDINGS
    if not match["gap"]:
        # "했다.그리고", "정말?그래": the space is missing; "다."라고: a quotation goes on.
        ended = final or (_is_nominal(sentence) if match["stop"] == "." else match["stop"][0] in "?!？！")
        goes_on = match["quote"] or (not final and _GOES_ON.match(following))
        return ended and not goes_on and _HANGUL.match(following) is not None
    if match["quote"]:
        return not _QUOTATIVE.match(following)
    if match["stop"] == ".":
        return _ends_after_korean(sentence, following)
    return final or match["stop"][0] in "?!？！。"


def _is_nominal(sentence: str) -> bool:
    """Whether it ends like 갔음 and 좋음: in a word of two syllables or more that closes with ㅁ."""
    word = sentence.rsplit(" ", 1)[-1]
    return len(word) > 1 and "가" <= word[-1] <= "힣" and (ord(word[-1]) - ord("가")) % 28 == _M


def _ends_after_korean(sentence: str, following: str) -> bool:
    """Whether a full stop ends `sentence`: not in "2026. 11. 21.", "1. 제목", "J. K. 롤링", "U.S. "."""
    word = sentence.rsplit(" ", 1)[-1].lstrip(OPENERS)
    if word.isdigit():
        return not (following[0].isdigit() or sentence.strip() == word or _DATE.search(sentence))
    if word in ("No", "Art"):
        return not following[0].isdigit()
    return not (word in ABBREVIATIONS or word in CLOSERS or word == "St" or INITIALS.fullmatch(word))

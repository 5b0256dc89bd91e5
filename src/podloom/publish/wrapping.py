"""Text made fit for files: cleaned, wrapped at words, cut at sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from podloom.domain import Language
from podloom.text.sentences import split_sentences

Measure = Callable[[str], int]

# What XML 1.0 and WebVTT do not allow: controls other than white space, surrogates, two non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ENDS_SENTENCE = re.compile(r"[.!?。！？…][\"'”’)\]]*$")
_ENDS_CLAUSE = re.compile(r"[,;:，、–—][\"'”’)\]]*$")


def plain(text: str) -> str:
    """One line without control characters, white space collapsed."""
    return " ".join(_FORBIDDEN.sub("", text).split())


def columns(text: str) -> int:
    """Width in a fixed-width font: Hangul, kana and Han take two columns, combining marks none."""
    return sum(map(_columns_of, text))


@lru_cache(maxsize=4096)
def _columns_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int, measure: Measure = len) -> list[str]:
    """Lines of at most `width`, broken between words, by preference where a sentence or a clause ends.

    A word is split only when it is longer than a line by itself. The lines joined with spaces are
    `plain(text)` when no word was split.
    """
    words = [piece for word in plain(text).split() for piece in _fitting(word, width, measure)]
    # best[i]: cost of the words from i on, and where the next line begins.
    best = [(0.0, len(words))] * (len(words) + 1)
    for i in reversed(range(len(words))):
        best[i] = min(
            (_cost(line, width, measure, last=j == len(words)) + best[j][0], j)
            for j, line in _lines_from(words, i, width, measure)
        )
    lines, i = [], 0
    while i < len(words):
        lines.append(" ".join(words[i : best[i][1]]))
        i = best[i][1]
    return lines


def _lines_from(words: list[str], i: int, width: int, measure: Measure) -> Iterator[tuple[int, str]]:
    """Every line that can begin at word `i`, with the index of the word after it."""
    line = words[i]
    yield i + 1, line
    for j in range(i + 1, len(words)):
        line = f"{line} {words[j]}"
        if measure(line) > width:
            return
        yield j + 1, line


def _cost(line: str, width: int, measure: Measure, *, last: bool) -> float:
    """Of one line: half a point for being one, up to one for being empty, and for where it ends."""
    slack = max(0.0, 1 - measure(line) / width)
    if last or _ENDS_SENTENCE.search(line):
        return 0.5 + slack**2
    return 0.5 + slack**2 + (0.15 if _ENDS_CLAUSE.search(line) else 0.4)


def _fitting(word: str, width: int, measure: Measure) -> Iterator[str]:
    """The word, or pieces of it that fit; never a piece that begins with a combining mark."""
    piece = ""
    for character in word:
        if piece and measure(piece + character) > width and not unicodedata.combining(character):
            yield piece
            piece = ""
        piece += character
    yield piece


def cut_bytes(text: str, limit: int, language: Language = "en") -> str:
    """At most `limit` bytes of UTF-8: whole sentences, else whole words and an ellipsis, else characters."""
    text = plain(text)
    if len(text.encode()) <= limit:
        return text
    kept = _joined_within(split_sentences(text, language), limit)
    if kept:
        return kept
    kept = _joined_within(text.split(), limit - len("…".encode()))
    return f"{kept}…" if kept else text.encode()[: max(0, limit)].decode(errors="ignore")


def _joined_within(parts: list[str], limit: int) -> str:
    """As many of the first parts, joined with spaces, as fit."""
    size, count = -1, 0
    for part in parts:
        size += 1 + len(part.encode())
        if size > limit:
            break
        count += 1
    return " ".join(parts[:count])

"""Text made fit for files: cleaned, wrapped at words, cut at sentences."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from podloom.domain import Language
from podloom.text.sentences import split_sentences

Measure = Callable[[str], int]
"""Width of a text, which is the sum of its characters' widths."""

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
    ends = _line_ends(words, width, measure)
    lines, i = [], 0
    while i < len(words):
        lines.append(" ".join(words[i : ends[i]]))
        i = ends[i]
    return lines


def _line_ends(words: Sequence[str], width: int, measure: Measure) -> list[int]:
    """For every word: which word follows the line that begins with it, where lines cost least in all."""
    widths, space = [measure(word) for word in words], measure(" ")
    # Half a point for being a line, up to one for being empty.
    slack = [0.5 + (1 - used / width) ** 2 for used in range(width + 1)]
    penalties = [*map(_penalty, words[:-1]), 0.0]
    costs, ends = [0.0] * (len(words) + 1), [0] * len(words)
    for i in reversed(range(len(words))):
        best, line = math.inf, -space
        for j in range(i, len(words)):
            line += space + widths[j]
            if line > width and j > i:
                break
            cost = slack[min(line, width)] + penalties[j] + costs[j + 1]
            if cost < best:
                best, ends[i] = cost, j + 1
        costs[i] = best
    return ends


def _penalty(word: str) -> float:
    """Of ending a line with that word."""
    if _ENDS_SENTENCE.search(word):
        return 0.0
    return 0.15 if _ENDS_CLAUSE.search(word) else 0.4


def _fitting(word: str, width: int, measure: Measure) -> Iterator[str]:
    """The word, or pieces of it that fit; never a piece that begins with a combining mark."""
    if measure(word) <= width:
        yield word
        return
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

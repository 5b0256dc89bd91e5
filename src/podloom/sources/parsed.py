"""What a parser makes of a source, and the cleaning that all of them share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from podloom.domain import SourceKind
from podloom.text.stops import CLOSING, OWN_STOPS

LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u2060\ufeff]")
SENTENCE_CLOSED = re.compile(rf"[.!?…:：{OWN_STOPS}]{CLOSING}$")
TITLE_WORDS = 12


@dataclass(frozen=True)
class Parsed:
    """The readable part of a source, before its language is known."""

    kind: SourceKind
    text: str
    """Paragraphs separated by empty lines."""
    title: str = ""
    """Empty when the source names none."""
    language: str = ""
    """As the source declares it; empty when it does not."""
    notes: tuple[str, ...] = ()
    """What a person should know about what was left out."""


def clean(text: str) -> str:
    """The text with one kind of line end, composed letters, no ligatures and nothing invisible."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return INVISIBLE.sub("", text).translate(LIGATURES)


def join_paragraphs(paragraphs: Iterable[str]) -> str:
    """Paragraphs separated by empty lines, white space inside them made single."""
    return "\n\n".join(filter(None, (" ".join(paragraph.split()) for paragraph in paragraphs)))


def heading_like(line: str) -> bool:
    """Whether a line is short and ends openly."""
    return 0 < len(line.split()) <= TITLE_WORDS and len(line) <= 120 and not SENTENCE_CLOSED.search(line)

"""Plain text: paragraphs out of lines, whether they were wrapped or not."""

from __future__ import annotations

import re
from pathlib import PurePath

from podloom.sources.parsed import SENTENCE_CLOSED, Parsed, clean, heading_like, join_paragraphs

WRAP_CHARS = 120
"""A longer line was not wrapped by hand."""
ITEM = re.compile(r"\s*(?:[-*•‣◦]|\d{1,3}[.)])\s+\S")
RULE = re.compile(r"\s*([=\-~*_#^+])(?:\s*\1){2,}\s*$")
"""A line of signs only: under a heading, or between parts."""


def parse_plain(text: str, name: str = "") -> Parsed:  # noqa: ARG001 (all parsers take a name)
    """Text whose paragraphs are separated by empty lines, or are one line each."""
    blocks = re.split(r"\n\s*\n", clean(text).strip())
    paragraphs = [paragraph for block in blocks for paragraph in unwrap(block.split("\n"))]
    first = paragraphs[0].strip() if paragraphs else ""
    title = first if len(paragraphs) > 1 and heading_like(first) else ""
    return Parsed(kind="text", text=join_paragraphs(paragraphs), title=title)


def unwrap(lines: list[str]) -> list[str]:
    """Paragraphs of a block without empty lines: wrapped lines are joined, whole ones kept apart."""
    width = max(map(len, lines), default=0)
    paragraphs: list[str] = []
    whole = all(map(_is_closed, lines))
    closed = True
    for line in filter(str.strip, lines):
        if RULE.match(line):
            closed = True
            continue
        if closed or ITEM.match(line) or _heads(paragraphs, line, width):
            paragraphs.append(line)
        else:
            # A line that ends with a hyphen was broken at a hyphen of its own.
            joint = "" if re.search(r"\w-$", paragraphs[-1][-2:]) else " "
            paragraphs[-1] += joint + line.strip()
        closed = whole or len(line) > WRAP_CHARS or (len(line) < 0.7 * width and _is_closed(line))
    return paragraphs


def _heads(paragraphs: list[str], line: str, width: int) -> bool:
    """Whether a block begins with a heading that stands right above its text."""
    first = paragraphs[0]
    short = len(paragraphs) == 1 and len(first) < 0.7 * width and heading_like(first)
    return short and not line.lstrip()[:1].islower()


def _is_closed(line: str) -> bool:
    return bool(SENTENCE_CLOSED.search(line.rstrip()))


def title_from_name(path: str) -> str:
    """A title for people from a file's name."""
    return " ".join(re.sub(r"[_-]+", " ", PurePath(path).stem).split())


def title_from_text(text: str) -> str:
    """The first line when it is short, else its first words."""
    line = text.split("\n", 1)[0].strip()
    words = line.split()
    if len(line) <= 80 and len(words) <= 12:
        return line.rstrip(".。")
    short = " ".join(words[:10])[:80].rstrip(" ,;:.")
    return f"{short}…"

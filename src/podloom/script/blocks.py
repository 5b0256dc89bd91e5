"""Sources cut into blocks that can be spoken one by one without losing their sense."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from podloom.domain import Language, SourceDocument, count_words
from podloom.text.passages import is_heading
from podloom.text.sentences import split_sentences

LEANS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"^[\"'“‘]?(?:It|Its|This|That|These|Those|They|Their|Them|He|His|She|Her|But|And|So|Or|Nor|Still|Yet"
        r"|However|Instead|Both|Neither|Therefore|Thus|Moreover|Also|Then|Such|Otherwise|Nevertheless|Even so"
        r"|In contrast|As a result|For example|For instance|In addition|Similarly|Likewise|Consequently)\b"
    ),
    "ko": re.compile(
        r"^[\"'“‘]?(?:그러나|하지만|그런데|그래서|그리고|그러므로|따라서|반면|또한|또 |즉 |다만|대신"
        r"|게다가|그럼에도|오히려|예를 들|예컨대|이는 |이것|이런 |이러한 |이를 |이에 |이 때문|이들|그는 "
        r"|그녀|그들|그것|그 |이처럼|여기)"
    ),
}
"""Sentences that mean nothing, or the opposite, without the one before."""
SHORT_WORDS: dict[Language, int] = {"en": 5, "ko": 3}
"""A sentence of fewer words hangs on its neighbours on both sides."""
UNIT_WORDS: dict[Language, int] = {"en": 60, "ko": 45}
BLOCK_WORDS: dict[Language, int] = {"en": 110, "ko": 80}
"""Longest block; a longer paragraph becomes several."""

_CITATION = re.compile(
    r"\s*\[(?:\d+(?:\s*[,–-]\s*\d+)*|citation needed|출처 필요)\]"
    r"|\s*\((?:[^()]*\bet al\b[^()]*|[A-Z][\w-]+(?: (?:and|&) [A-Z][\w-]+)?,? (?:19|20)\d\d[a-z]?"
    r"|https?://[^()]*)\)"
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True)
class Block:
    """Neighbouring sentences of one section; what the writer keeps or leaves as a whole."""

    index: int
    document: int
    section: int
    heading: str
    """Of the section; "" if it has none."""
    units: tuple[str, ...]
    """Sentences, each with those that lean on it; never torn apart."""

    @property
    def text(self) -> str:
        """As it stands in the source, but for citation marks."""
        return " ".join(self.units)

    @property
    def words(self) -> int:
        """Words of the text."""
        return count_words(self.text)


def read_blocks(documents: Sequence[SourceDocument], language: Language) -> tuple[Block, ...]:
    """All sources as blocks, in order; the same documents always give the same blocks."""
    found = [
        replace(block, document=number)
        for number, document in enumerate(documents)
        for block in _document_blocks(document, language)
    ]
    return tuple(replace(block, index=index) for index, block in enumerate(found))


def _document_blocks(document: SourceDocument, language: Language) -> Iterator[Block]:
    section, heading = 0, ""
    pending: list[str] = []
    for paragraph in _paragraphs(document.text):
        if is_heading(paragraph) and "\n" not in paragraph and not _BULLET.match(paragraph):
            yield from _cut(pending, section, heading, language)
            title = paragraph.lstrip("# ").strip()
            same = title.casefold() == document.title.casefold()
            section, heading, pending = section + 1, "" if same else title, []
            continue
        units = list(_units(_sentences(paragraph, language), language))
        if pending and not _hang_together(pending, units, language):
            yield from _cut(pending, section, heading, language)
            pending = []
        pending = pending + units
    yield from _cut(pending, section, heading, language)


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _sentences(paragraph: str, language: Language) -> Iterator[str]:
    """Spoken sentences; an item of a list is one, also without a full stop."""
    lines = paragraph.splitlines()
    parts = lines if any(map(_BULLET.match, lines)) else [" ".join(lines)]
    for part in parts:
        item = _BULLET.match(part) is not None
        plain = _CITATION.sub("", _BULLET.sub("", part)).strip()
        if item and plain and plain[-1] not in ".!?…:;,":
            plain += "."
        yield from split_sentences(plain, language)


def _units(sentences: Iterator[str], language: Language) -> Iterator[str]:
    """Sentences with those that lean on them: single ones, dropped, have inverted findings."""
    unit = ""
    for sentence in sentences:
        joined = f"{unit} {sentence}".strip()
        leans = LEANS[language].match(sentence) or count_words(sentence) < SHORT_WORDS[language]
        if unit and (leans or _announces(unit, language)) and count_words(joined) <= UNIT_WORDS[language]:
            unit = joined
            continue
        if unit:
            yield unit
        unit = sentence
    if unit:
        yield unit


def _announces(unit: str, language: Language) -> bool:
    """Whether what matters comes behind it: "The authors are careful."."""
    last = split_sentences(unit, language)[-1]
    return count_words(last) < SHORT_WORDS[language] or last.endswith(":")


def _hang_together(before: list[str], after: list[str], language: Language) -> bool:
    """Whether a paragraph needs the one before: it leans on it, or was announced by it."""
    words = sum(map(count_words, [*before, *after]))
    if not after or words > 1.5 * BLOCK_WORDS[language]:
        return not after
    asked = len(before) == 1 and before[0].endswith(("?", "？"))  # a question, and its answer
    return asked or bool(LEANS[language].match(after[0])) or _announces(before[-1], language)


def _cut(units: list[str], section: int, heading: str, language: Language) -> Iterator[Block]:
    """Blocks of similar length; a paragraph that is not too long stays one."""
    total = sum(map(count_words, units))
    aim = total / max(1, round(total / BLOCK_WORDS[language]))
    chosen: list[str] = []
    for unit in units:
        words = sum(map(count_words, chosen))
        if chosen and words + count_words(unit) / 2 > aim:
            yield Block(0, 0, section, heading, tuple(chosen))
            chosen = []
        chosen.append(unit)
    if chosen:
        yield Block(0, 0, section, heading, tuple(chosen))

"""Sources, the outline and the words that are spoken."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from podloom.domain.base import Frozen, Language, Role, SourceKind


class SourceDocument(Frozen):
    """The readable text of one source; paragraphs are separated by empty lines."""

    kind: SourceKind
    origin: str
    """Where it came from: an address, a path, or "text"."""
    title: str
    language: str
    """ISO 639-1 code of the text's language, "und" when it cannot be told."""
    text: str
    sha256: str
    """Of `text` in UTF-8; a source's identity in cache keys and in the manifest."""

    @property
    def words(self) -> int:
        """Number of words; for scripts without spaces an estimate."""
        return count_words(self.text)


SPACELESS = r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff65]"
"""Characters of scripts that are written without spaces, with their punctuation."""


def count_words(text: str) -> int:
    """Words separated by white space (Korean: eojeol); of Chinese and Japanese two characters are one."""
    spaceless = len(re.findall(SPACELESS, text))
    return len(re.sub(SPACELESS, " ", text).split()) + (spaceless + 1) // 2


class Voice(Frozen):
    """A voice of an engine, for one language."""

    engine: str
    id: str
    language: Language
    label: str = ""
    gender: Literal["female", "male", "neutral", "unknown"] = "unknown"
    pitch_hz: float | None = None
    """Mean fundamental frequency, where it was measured."""
    words_per_minute: float = 150.0
    """Measured speaking rate; word budgets are computed from it."""
    licence: str = ""
    error_rate: float | None = None
    """Share of words (Korean: characters) that a recogniser heard wrongly, where it was measured."""


class Speaker(Frozen):
    """Somebody in the script, with the voice that speaks for them."""

    name: str
    role: Role
    voice: Voice
    tone: str = ""
    """How all of their lines are said, in words; see Delivery.tone."""


class ChapterPlan(Frozen):
    """A chapter before there is text."""

    index: int
    title: str
    key_points: tuple[str, ...]
    words: int
    """Budget for the chapter's spoken words."""
    sources: tuple[int, ...] = ()
    """Indices of the source passages this chapter is written from."""
    point: str = ""
    """What the chapter says, in one sentence; known before the key points are."""


class Outline(Frozen):
    """The chapters before there is text; every key point is assigned to exactly one chapter."""

    title: str
    summary: str
    chapters: tuple[ChapterPlan, ...]


class Delivery(Frozen):
    """How a line is said, as a hint: engines and mixer do what they can and leave the rest out."""

    pause: Literal["none", "short", "long"] = "none"
    """Before the line, in addition to the usual gap."""
    emphasis: Literal["none", "strong"] = "none"
    mood: Literal["neutral", "cheerful", "serious", "curious"] = "neutral"
    tone: str = Field(default="", max_length=300)
    """In words, e.g. "slowly, as if to a child": for engines that take instructions. Empty: the speaker's."""

    def with_tone(self, tone: str) -> Delivery:
        """The same hints in the speaker's tone, unless the line has one of its own."""
        return self if self.tone or not tone else self.model_copy(update={"tone": tone})


class Segment(Frozen):
    """One speaker's uninterrupted words, at their place in the episode."""

    chapter: int
    index: int
    """Within the chapter, from 0."""
    speaker: str
    text: str
    delivery: Delivery = Delivery()

    @property
    def label(self) -> str:
        """For people: chapter and line, counted from one."""
        return f"chapter {self.chapter + 1}, line {self.index + 1}"


class ChapterScript(Frozen):
    """What is spoken in one chapter."""

    index: int
    title: str
    segments: tuple[Segment, ...]


class Script(Frozen):
    """What is spoken in an episode; editable, and enough to voice it again."""

    title: str
    summary: str
    language: Language
    draft: bool
    """True when no model wrote it: an extractive draft."""
    speakers: tuple[Speaker, ...] = ()
    """The cast with its voices, so that an edited script is voiced as before."""
    chapters: tuple[ChapterScript, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments in playback order."""
        return tuple(segment for chapter in self.chapters for segment in chapter.segments)

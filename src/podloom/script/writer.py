"""The protocol of writers: something that turns documents into an outline and chapters into lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from podloom.domain import ChapterPlan, Delivery, EpisodeRequest, Outline, Segment, SourceDocument, Speaker
from podloom.domain.review import Rejection


@dataclass(frozen=True)
class Brief:
    """What a writer is told about the episode beside the sources."""

    request: EpisodeRequest
    speakers: tuple[Speaker, ...]
    words: int
    """Of the whole episode: minutes times the cast's measured rate."""
    rejections: tuple[Rejection, ...] = ()
    """Of earlier versions, by a reviewer."""


@dataclass(frozen=True)
class Withdrawn:
    """Yielded instead of a line: everything yielded so far in this chapter is void and comes again."""

    reason: str


@dataclass(frozen=True)
class Upcoming:
    """A line whose turn comes later: certain enough to begin with its clip; it comes again as a segment."""

    speaker: str
    text: str
    delivery: Delivery
    beat: int
    """Part of the chapter that it belongs to, from 0; see script/beats.py."""
    index: int
    """Within the part."""


class Writer(Protocol):
    """Writes one episode; built per run around a shared client."""

    name: str
    """For people and the manifest: "openai gpt-5-mini", "offline"."""
    draft: bool
    """True when no model writes."""

    @property
    def fingerprint(self) -> str:
        """Everything about the writer that changes its result (model, prompt hashes, version); no secret."""
        ...

    def write_outline(
        self, brief: Brief, documents: Sequence[SourceDocument]
    ) -> AsyncIterator[Outline | ChapterPlan]:
        """One outline, then every chapter of it once more, as soon as its details are known.

        The outline is the plan: titles, word budgets, and a chapter's one-line point as its key point. What
        was yielded never changes. Chapters come in any order, each with the key points that only it tells
        and the passages it is written from.

        Raises:
            ScriptError: The answers stayed unusable.
            ProviderError: The server failed.
        """
        ...

    def write_chapter(
        self, brief: Brief, documents: Sequence[SourceDocument], outline: Outline, chapter: ChapterPlan
    ) -> AsyncIterator[Segment | Upcoming | Withdrawn]:
        """The chapter's segments as soon as each is known and valid, in order from index 0.

        `outline` is the plan, `chapter` the chapter with its details.

        Raises:
            ScriptError: The answers stayed unusable.
            ProviderError: The server failed.
        """
        ...

"""The protocol of writers: something that turns documents into an outline and chapters into lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from podloom.domain import ChapterPlan, EpisodeRequest, Outline, Segment, SourceDocument, Speaker


@dataclass(frozen=True)
class Brief:
    """What a writer is told about the episode beside the sources."""

    request: EpisodeRequest
    speakers: tuple[Speaker, ...]
    words: int
    """Of the whole episode: minutes times the cast's measured rate."""


@dataclass(frozen=True)
class Withdrawn:
    """Yielded instead of a line: everything yielded so far in this chapter is void and comes again."""

    reason: str


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

    async def write_outline(self, brief: Brief, documents: Sequence[SourceDocument]) -> Outline:
        """Title, summary and chapters with word budgets; every key point in exactly one chapter.

        Raises:
            ScriptError: The answers stayed unusable.
            ProviderError: The server failed.
        """
        ...

    def write_chapter(
        self, brief: Brief, documents: Sequence[SourceDocument], outline: Outline, chapter: ChapterPlan
    ) -> AsyncIterator[Segment | Withdrawn]:
        """The chapter's segments as soon as each is known and valid, in order from index 0.

        Raises:
            ScriptError: The answers stayed unusable.
            ProviderError: The server failed.
        """
        ...

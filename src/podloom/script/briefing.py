"""What the writer says to the model about an episode: the parts that all its prompts begin with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from podloom.domain import ChapterPlan, Outline, SourceDocument, Speaker
from podloom.errors import SettingsError
from podloom.llm.protocol import Prompt
from podloom.prompts import render
from podloom.script.calls import answer_tokens, estimate_tokens
from podloom.script.material import Excerpt
from podloom.script.outlining import asked_chapters, chapter_count, details_schema, plan_schema
from podloom.script.writer import Brief

OUTLINE_WORDS_PER_CHAPTER = 150
MOST_POINTS = 4
LEAST_WORDS = 100
WORDS_FROM_ONE = 4
"""Spoken words that one word of the sources is good for; beyond that a model begins to invent."""
LEAST_ROOM = 400
"""Tokens for sources, below which no prompt makes sense."""


def cast_of(brief: Brief) -> tuple[Speaker, ...]:
    """Who speaks: a narration has one voice, however many were cast."""
    return brief.speakers[:1] if brief.request.format == "narration" else brief.speakers


def system_prompt(brief: Brief) -> str:
    """The rules of the show; the same for all calls of an episode."""
    request = brief.request
    return render(
        "system",
        request.language,
        show=request.podcast,
        format=request.format,
        speakers=cast_of(brief),
        instructions=request.instructions.strip(),
        rejections=brief.rejections,
    )


def cache_hint(documents: Sequence[SourceDocument]) -> str:
    """Same for all calls about the same sources: they share the beginning of their prompts."""
    joined = "".join(document.sha256 for document in documents)
    return "podloom-" + hashlib.sha256(joined.encode()).hexdigest()[:24]


def room_for_sources(bare: Prompt, reserved: int, context: int) -> int:
    """Tokens that a prompt leaves for sources.

    Raises:
        SettingsError: Too few.
    """
    used = estimate_tokens(bare.system) + estimate_tokens(bare.user) + reserved
    if context - used < LEAST_ROOM:
        raise SettingsError(
            f"PODLOOM_LLM_CONTEXT_TOKENS is {context}; this episode needs about {used} beside its sources, "
            f"so set it to {used + LEAST_ROOM} at least, or make a shorter episode"
        )
    return context - used


@dataclass(frozen=True)
class OutlineOrder:
    """Asks for the outline of one episode."""

    brief: Brief
    hint: str
    context: int
    source_words: int

    @property
    def words(self) -> int:
        """To be spoken: as asked for, or what so short sources give without inventing."""
        return min(self.brief.words, max(LEAST_WORDS, WORDS_FROM_ONE * self.source_words))

    @property
    def minutes(self) -> float:
        """Of so many words."""
        return self.brief.request.minutes * self.words / self.brief.words

    @property
    def chapters(self) -> int:
        """How many are asked for."""
        asked = self.brief.request.chapters
        return asked_chapters(asked, self.words) if asked else chapter_count(self.minutes)

    @property
    def answer_tokens(self) -> int:
        """Room for the answer."""
        words = OUTLINE_WORDS_PER_CHAPTER * self.chapters
        return answer_tokens(words, self.brief.request.language, self.context)

    def prompt(self, shown: Sequence[Excerpt], repair: str = "", *, attempt: int = 0) -> Prompt:
        """The call, with these passages and what was wrong with the last answer."""
        return self._prompt(f"{self._task(shown)}\n\n{repair}", plan_schema(), attempt)

    def details_prompt(
        self,
        shown: Sequence[Excerpt],
        outline: Outline,
        missing: Sequence[ChapterPlan],
        known: Sequence[ChapterPlan],
        faults: Sequence[str],
        *,
        attempt: int = 0,
    ) -> Prompt:
        """The call for what is missing: the plan stays as it is."""
        numbers = [chapter.index + 1 for chapter in missing]
        rest = render(
            "outline_details",
            self.brief.request.language,
            outline=outline,
            known=known,
            numbers=numbers,
            faults=faults,
        )
        return self._prompt(f"{self._task(shown)}\n\n{rest}", details_schema(numbers), attempt)

    def _task(self, shown: Sequence[Excerpt]) -> str:
        return render(
            "outline",
            self.brief.request.language,
            passages=shown,
            condensed=any(excerpt.condensed for excerpt in shown),
            chapters=self.chapters,
            minutes=f"{round(self.minutes, 1):g}",
            words=self.words,
            most_points=MOST_POINTS,
            title=self.brief.request.title,
        )

    def _prompt(self, user: str, schema: dict[str, Any], attempt: int) -> Prompt:
        return Prompt(
            system=system_prompt(self.brief),
            user=user.strip(),
            schema_name="outline",
            schema=schema,
            max_tokens=self.answer_tokens,
            # The same seed would give the same fault again.
            seed=self.brief.request.seed + attempt,
            cache_hint=self.hint,
        )

"""The sources as numbered passages; condensed, never cut, where they do not fit into a prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from podloom.domain import Language, SourceDocument, count_words
from podloom.errors import ScriptError, SourceError
from podloom.llm.protocol import IncompleteAnswerError, Prompt
from podloom.prompts import render
from podloom.script.calls import Calls, answer_tokens, estimate_tokens, read_object
from podloom.text.passages import passages

PASSAGE_WORDS = 300
LEAST_NOTE_WORDS = 25
"""Below this, notes on a passage say nothing any more."""
ROUNDS = 3
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Excerpt:
    """A passage as a prompt shows it."""

    number: int
    """From 1, as the model is told; ChapterPlan.sources counts from 0."""
    title: str
    text: str
    condensed: bool = False

    @property
    def tokens(self) -> int:
        """With the tags around it."""
        return estimate_tokens(self.text) + estimate_tokens(self.title) + 20


def excerpts(documents: Sequence[SourceDocument]) -> tuple[Excerpt, ...]:
    """All sources in pieces; the same documents always give the same numbers."""
    return tuple(
        # A quotation mark would end the tag's attribute early.
        Excerpt(passage.index + 1, documents[passage.document].title.replace('"', "'"), passage.text)
        for passage in passages(documents, PASSAGE_WORDS)
    )


@dataclass
class Condenser:
    """Makes notes of passages; the same passage at the same length is asked for once."""

    calls: Calls
    language: Language
    context_tokens: int
    repairs: int
    seed: int
    _notes: dict[tuple[str, int], str] = field(default_factory=dict)

    async def fit(self, given: Sequence[Excerpt], room: int) -> tuple[Excerpt, ...]:
        """The passages in at most `room` tokens; as they are if they fit.

        Raises:
            SourceError: Even as notes they would not fit.
            ScriptError: The model does not condense.
        """
        fitted = tuple(given)
        for _ in range(ROUNDS):
            total = sum(excerpt.tokens for excerpt in fitted)
            if total <= room:
                return fitted
            # Notes become longer than they were asked to be.
            fitted = await self._shorten(fitted, 0.8 * room / total)
        if sum(excerpt.tokens for excerpt in fitted) > room:
            raise ScriptError(
                f"the model's notes on {len(fitted)} passages stay longer than {room} tokens; "
                "set PODLOOM_LLM_CONTEXT_TOKENS higher, or use another model"
            )
        return fitted

    async def _shorten(self, given: tuple[Excerpt, ...], ratio: float) -> tuple[Excerpt, ...]:
        words = [count_words(excerpt.text) for excerpt in given]
        if ratio * sum(words) < LEAST_NOTE_WORDS * len(given):
            raise SourceError(
                f"the sources have {sum(words)} words, too many to condense for a context of "
                f"{self.context_tokens} tokens; set PODLOOM_LLM_CONTEXT_TOKENS higher, or give fewer sources"
            )
        targets = [max(LEAST_NOTE_WORDS, round(ratio * count)) for count in words]
        return await _all([self._note(e, target) for e, target in zip(given, targets, strict=True)])

    async def _note(self, excerpt: Excerpt, words: int) -> Excerpt:
        if count_words(excerpt.text) <= words:
            return excerpt
        identity = (excerpt.text, words)
        if identity not in self._notes:
            self._notes[identity] = await self._ask(excerpt, words)
        return replace(excerpt, text=self._notes[identity], condensed=True)

    async def _ask(self, excerpt: Excerpt, words: int) -> str:
        fault = ""
        for attempt in range(self.repairs + 1):
            prompt = self._prompt(excerpt, words, fault, attempt)
            self.calls.telemetry.counters["llm.repairs"] += bool(attempt)
            try:
                text = str(read_object(await self.calls.whole(prompt)).get("text", "")).strip()
            except (ValueError, IncompleteAnswerError) as error:
                fault = str(error)
                continue
            if text and count_words(text) < count_words(excerpt.text):
                return text
            fault = "the notes are empty or no shorter than the text"
        raise ScriptError(
            f"passage {excerpt.number} ({excerpt.title!r}) could not be condensed: {fault}; "
            "set PODLOOM_LLM_CONTEXT_TOKENS higher, or use another model"
        )

    def _prompt(self, excerpt: Excerpt, words: int, fault: str, attempt: int) -> Prompt:
        """The call, with what was wrong with the last notes."""
        title, text = excerpt.title, excerpt.text
        return Prompt(
            system="You condense texts faithfully.",
            user=render("condense", self.language, words=words, title=title, text=text, fault=fault),
            schema_name="notes",
            schema=SCHEMA,
            max_tokens=answer_tokens(2 * words, self.language, self.context_tokens),
            # The same seed would give the same fault again.
            seed=self.seed + attempt,
        )


async def _all(notes: Iterable[Coroutine[Any, Any, Excerpt]]) -> tuple[Excerpt, ...]:
    """All at once; the first that fails ends the others and is raised as it is, not in a group."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(note) for note in notes]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return tuple(task.result() for task in tasks)

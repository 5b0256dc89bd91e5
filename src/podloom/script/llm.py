"""The writer that asks a language model: plans the chapters, then streams each one line by line.

A line is given out as soon as it is complete and valid. When one is not, or the answer stops early, what
was accepted stays (it may be voiced already) and the model is asked for the rest, with the fault named.
Two neighbouring lines may have the same speaker: joining them would mean to wait for the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import get_args

from podloom.domain import ChapterPlan, EpisodeRequest, Language, Outline, Segment, SourceDocument
from podloom.errors import ScriptError
from podloom.llm.protocol import IncompleteAnswerError, LLMClient
from podloom.prompts import PromptName, prompt_hash, render
from podloom.script.briefing import OutlineOrder, cache_hint, room_for_sources
from podloom.script.calls import Calls
from podloom.script.chapters import ChapterDesk
from podloom.script.lines import LineFaultError
from podloom.script.material import Condenser, Excerpt, excerpts
from podloom.script.outlining import make_outline, plan_faults, read_plan
from podloom.script.writer import Brief, Withdrawn
from podloom.settings import LLMSettings
from podloom.telemetry import Telemetry

VERSION = 1
"""Of schemas and checks; raised when the same prompts would give another script."""


class LLMWriter:
    """Writes through a shared client; built for one run."""

    draft = False

    def __init__(self, client: LLMClient, settings: LLMSettings, telemetry: Telemetry) -> None:
        self.name = f"openai {client.model}"
        self._client = client
        self._settings = settings
        self._telemetry = telemetry
        self._calls = Calls(client, telemetry)
        self._condensers: dict[tuple[Language, int], Condenser] = {}

    @property
    def fingerprint(self) -> str:
        """Model, what it is asked and how; hashes of all prompts, so that an edited one is a new writer."""
        settings = self._settings
        hashes = [
            prompt_hash(name, language) for language in get_args(Language) for name in get_args(PromptName)
        ]
        prompts = hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]
        return (
            f"llm v{VERSION} {self._client.model} {settings.structured} t={settings.temperature} "
            f"c={settings.context_tokens} prompts={prompts}"
        )

    async def write_outline(self, brief: Brief, documents: Sequence[SourceDocument]) -> Outline:
        """Plan the episode; a plan with faults is asked for again with the faults named.

        Raises:
            SettingsError: The model's context is too small for this episode.
            ScriptError: The plans stayed unusable.
            ProviderError: The server failed.
        """
        given = excerpts(documents)
        have = sum(document.words for document in documents)
        order = OutlineOrder(brief, cache_hint(documents), self._settings.context_tokens, have)
        self._note_if_short(order)
        shown = await self._fitted(order, given)
        repair, faults = "", [""]
        for attempt in range(self._tries):
            self._telemetry.counters["llm.repairs"] += bool(attempt)
            try:
                answer = await self._calls.whole(order.prompt(shown, repair))
                plan = read_plan(answer)
            except (IncompleteAnswerError, ValueError) as error:
                repair, faults = "", [str(error)]
                continue
            language = brief.request.language
            faults = plan_faults(plan, chapters=order.chapters, passages=len(given), language=language)
            if not faults:
                outline = make_outline(plan, title=brief.request.title, words=order.words)
                self._note_unused(outline, len(given))
                return outline
            repair = render("outline_repair", language, answer=answer, faults=faults)
        raise ScriptError(
            f"{self._client.model!r} gave no usable outline in {self._tries} tries; "
            f"last: {'; '.join(faults)}. Use a stronger model, or set PODLOOM_LLM_REPAIRS higher"
        )

    async def write_chapter(
        self, brief: Brief, documents: Sequence[SourceDocument], outline: Outline, chapter: ChapterPlan
    ) -> AsyncIterator[Segment | Withdrawn]:
        """The chapter's lines as soon as each is complete and valid; none is ever withdrawn.

        Raises:
            SettingsError: The model's context is too small for this chapter.
            ScriptError: The answers stayed unusable.
            ProviderError: The server failed.
        """
        desk = ChapterDesk(brief, outline, chapter, self._settings.context_tokens, cache_hint(documents))
        await desk.lay_out(excerpts(documents), self._condenser(brief.request), self._telemetry)
        for attempt in range(self._tries):
            self._telemetry.counters["llm.repairs"] += bool(attempt)
            prompt = desk.prompt()
            desk.begin()
            try:
                async with aclosing(self._calls.pieces(prompt)) as pieces:
                    async for piece in pieces:
                        for segment in desk.read(piece):
                            yield segment
            except (LineFaultError, IncompleteAnswerError) as error:
                desk.fault = str(error)
            else:
                desk.judge()
            if not desk.fault:
                break
        desk.settle(self._telemetry, self._tries)

    @property
    def _tries(self) -> int:
        return self._settings.repairs + 1

    def _condenser(self, request: EpisodeRequest) -> Condenser:
        """Shared by outline and chapters, so that no passage is condensed twice to the same length."""
        identity = (request.language, request.seed)
        if identity not in self._condensers:
            settings = self._settings
            self._condensers[identity] = Condenser(
                self._calls, request.language, settings.context_tokens, settings.repairs, request.seed
            )
        return self._condensers[identity]

    async def _fitted(self, order: OutlineOrder, given: tuple[Excerpt, ...]) -> tuple[Excerpt, ...]:
        # Twice: a repair shows the faulty plan, which is as long as an answer.
        room = room_for_sources(order.prompt(()), 2 * order.answer_tokens, order.context)
        fitted = await self._condenser(order.brief.request).fit(given, room)
        condensed = sum(excerpt.condensed for excerpt in fitted)
        if condensed:
            self._telemetry.note(
                f"For the outline {condensed} of {len(fitted)} passages of the sources were condensed, "
                f"because PODLOOM_LLM_CONTEXT_TOKENS is {order.context}."
            )
        return fitted

    def _note_if_short(self, order: OutlineOrder) -> None:
        if order.words < order.brief.words:
            self._telemetry.note(
                f"The sources have {order.source_words} words, which is not enough for "
                f"{order.brief.words} spoken ones without inventing; {order.words} are planned."
            )

    def _note_unused(self, outline: Outline, passages: int) -> None:
        used = {index for chapter in outline.chapters for index in chapter.sources}
        left = [str(index + 1) for index in range(passages) if index not in used]
        if left:
            self._telemetry.note(
                f"{len(left)} of {passages} passages of the sources are in no chapter: {', '.join(left)}."
            )

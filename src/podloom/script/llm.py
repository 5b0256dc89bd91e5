"""The writer that asks a language model: plans the chapters, then streams each one line by line.

The plan is given out before its details are there, and long chapters are written in several calls at once.
A line is given out as soon as it is complete and valid. When one is not, or the answer stops early, what
was accepted stays (it may be voiced already) and the model is asked for the rest, with the fault named.
Two neighbouring lines may have the same speaker: joining them would mean to wait for the next one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from typing import NoReturn, get_args

from podloom.domain import ChapterPlan, EpisodeRequest, Language, Outline, Segment, SourceDocument
from podloom.errors import ProviderError, ScriptError
from podloom.llm.protocol import IncompleteAnswerError, LLMClient
from podloom.prompts import PromptName, prompt_hash
from podloom.script.beats import in_order, split_chapter
from podloom.script.briefing import OutlineOrder, cache_hint, cast_of, room_for_sources
from podloom.script.calls import Calls
from podloom.script.chapters import ENOUGH, TOO_MUCH, BeatDesk, ChapterOrder
from podloom.script.dedupe import SpokenRuns
from podloom.script.lines import LineFaultError
from podloom.script.material import Condenser, Excerpt, excerpts
from podloom.script.planning import OutlineDesk, PlanFaultError
from podloom.script.writer import Brief, Upcoming, Withdrawn
from podloom.settings import LLMSettings
from podloom.telemetry import Telemetry

AWAY_S = 4.0
"""Before details are asked for again that a server could not give."""
VERSION = 3
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
            f"c={settings.context_tokens} b={settings.beat_words} prompts={prompts}"
        )

    async def write_outline(
        self, brief: Brief, documents: Sequence[SourceDocument]
    ) -> AsyncIterator[Outline | ChapterPlan]:
        """Plan the episode; what is faulty is asked for again: the plan, or details of single chapters.

        Raises:
            SettingsError: The model's context is too small for this episode.
            ScriptError: The answers stayed unusable.
            ProviderError: The server failed.
        """
        given = excerpts(documents)
        have = sum(document.words for document in documents)
        order = OutlineOrder(brief, cache_hint(documents), self._settings.context_tokens, have)
        self._note_if_short(order)
        desk = OutlineDesk(order, await self._fitted(order, given), len(given))
        attempt = 0
        while not desk.done:
            if attempt == self._tries:
                self._give_up(desk)
            self._telemetry.counters["llm.repairs"] += bool(desk.faults)
            planned = desk.outline is not None
            last = attempt + 1 == self._tries and (planned or self._tries == 1)
            async with aclosing(self._ask_outline(desk, last=last)) as parts:
                async for part in parts:
                    yield part
            # An accepted plan is a new beginning: its details have all tries before them.
            attempt = 1 if desk.outline is not None and not planned else attempt + 1
        self._note_unused(desk.known.values(), len(given))

    async def _ask_outline(self, desk: OutlineDesk, *, last: bool) -> AsyncGenerator[Outline | ChapterPlan]:
        """The parts of one answer that can be used."""
        prompt = desk.prompt()
        desk.begin()
        try:
            async with aclosing(self._calls.pieces(prompt)) as pieces:
                async for piece in pieces:
                    for part in desk.read(piece):
                        yield part
            for part in desk.finish():
                yield part
        except (PlanFaultError, IncompleteAnswerError) as error:
            desk.fail(str(error))
        except ProviderError as error:
            # Once the plan is given out nobody but us can ask for its details again.
            if desk.outline is None or last or not error.retryable:
                raise
            desk.fail(str(error))
            await asyncio.sleep(AWAY_S)
        desk.close()

    def _give_up(self, desk: OutlineDesk) -> NoReturn:
        numbers = ", ".join(str(chapter.index + 1) for chapter in desk.missing)
        what = f"details of chapter {numbers}" if numbers else "outline"
        raise ScriptError(
            f"{self._client.model!r} gave no usable {what} in {self._tries} tries; "
            f"last: {'; '.join(desk.faults)}. Use a stronger model, or set PODLOOM_LLM_REPAIRS higher"
        )

    async def write_chapter(
        self, brief: Brief, documents: Sequence[SourceDocument], outline: Outline, chapter: ChapterPlan
    ) -> AsyncIterator[Segment | Upcoming | Withdrawn]:
        """The chapter's lines as soon as each is complete and valid; again, if a part repeats an earlier one.

        Raises:
            SettingsError: The model's context is too small for this chapter.
            ScriptError: The answers stayed unusable.
            ProviderError: The server failed.
        """
        context, names = self._settings.context_tokens, [speaker.name for speaker in cast_of(brief)]
        beats = split_chapter(
            chapter, names=names, style=brief.request.format, beat_words=self._settings.beat_words
        )
        order = ChapterOrder(brief, outline, chapter, beats, context, cache_hint(documents))
        order = await order.with_sources(excerpts(documents), self._condenser(brief.request), self._telemetry)
        desks = [BeatDesk(order, beat) for beat in beats]
        async with aclosing(in_order([self._write_beat(desk) for desk in desks])) as lines:
            async for line in lines:
                yield line
        async with aclosing(self._without_repeats(desks)) as once_more:
            async for piece in once_more:
                yield piece
        self._note_length(chapter, sum(desk.words for desk in desks))

    async def _without_repeats(self, desks: Sequence[BeatDesk]) -> AsyncGenerator[Segment | Withdrawn]:
        """All lines once more, if a part repeats an earlier one, which it is written without then.

        Looked at when all parts are done: what the others had said so far would depend on who was first.
        """
        spoken, told, again = SpokenRuns(), list[Segment](), False
        for desk in desks:
            gives_way = desk.give_way(spoken)
            if gives_way and not again:
                again = True
                yield Withdrawn(desk.fault)
                for line in told:
                    yield line
            async with aclosing(self._lines_of(desk, anew=gives_way)) as lines:
                async for line in lines:
                    told.append(line.model_copy(update={"index": len(told)}))
                    if again:
                        yield told[-1]
            for line in desk.accepted:
                spoken.add(line.text, desk.beat.number)

    async def _lines_of(self, desk: BeatDesk, *, anew: bool) -> AsyncGenerator[Segment]:
        """What the part has, and what it lacks."""
        for line in tuple(desk.accepted):
            yield line
        if anew:
            async with aclosing(self._write_beat(desk)) as lines:
                async for line in lines:
                    yield line

    async def _write_beat(self, desk: BeatDesk) -> AsyncGenerator[Segment]:
        """What the part still lacks."""
        for attempt in range(desk.answers, self._tries):
            self._telemetry.counters["llm.repairs"] += bool(attempt)
            desk.lenient = attempt == self._tries - 1
            prompt = desk.prompt()
            desk.begin()
            try:
                async with aclosing(self._calls.pieces(prompt)) as pieces:
                    async for piece in pieces:
                        for segment in desk.read(piece):
                            yield segment
                        if desk.full:
                            break
            except (LineFaultError, IncompleteAnswerError) as error:
                desk.fault = str(error)
            else:
                desk.judge()
            if not desk.fault:
                break
        desk.settle(self._tries)

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
        if order.chapters < order.brief.request.chapters:
            self._telemetry.note(
                f"{order.words} words are too few for the {order.brief.request.chapters} chapters asked for;"
                f" {order.chapters} are planned."
            )

    def _note_length(self, chapter: ChapterPlan, words: int) -> None:
        if words < ENOUGH * chapter.words:
            why = "the writer found no more in the sources"
        elif words >= TOO_MUCH * chapter.words:
            why = "the writer would not end"
        else:
            return
        self._telemetry.note(
            f"Chapter {chapter.index + 1} has {words} words of {chapter.words} planned: {why}."
        )

    def _note_unused(self, chapters: Iterable[ChapterPlan], passages: int) -> None:
        used = {index for chapter in chapters for index in chapter.sources}
        left = [str(index + 1) for index in range(passages) if index not in used]
        if left:
            self._telemetry.note(
                f"{len(left)} of {passages} passages of the sources are in no chapter: {', '.join(left)}."
            )

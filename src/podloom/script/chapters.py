"""One chapter while it is being written: its prompt, what is accepted so far, what is still missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from podloom.domain import ChapterPlan, Outline, Segment, count_words
from podloom.errors import ScriptError
from podloom.llm.lines import ObjectSplitter
from podloom.llm.protocol import Prompt
from podloom.prompts import render
from podloom.script.briefing import cast_of, room_for_sources, system_prompt
from podloom.script.calls import answer_tokens
from podloom.script.delivery import line_schema, read_delivery
from podloom.script.lines import LineCheck
from podloom.script.material import Condenser, Excerpt
from podloom.script.writer import Brief
from podloom.telemetry import Telemetry

ENOUGH = 0.6
"""Share of the planned words from which a chapter is long enough."""
TOO_LITTLE = 0.25
"""Share below which a chapter is no chapter."""
SHARED_TOKENS = 2500
"""Sources up to this size go into every chapter's prompt: the same beginning costs less than it helps."""


def chapter_schema(names: Sequence[str]) -> dict[str, Any]:
    """JSON schema of a chapter."""
    return {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": line_schema(list(names))}},
        "required": ["lines"],
        "additionalProperties": False,
    }


@dataclass
class ChapterDesk:
    """Reads the answers for one chapter and knows what to ask for next."""

    brief: Brief
    outline: Outline
    chapter: ChapterPlan
    context: int
    hint: str
    fault: str = ""
    """What was wrong with the last answer; "" when the chapter is done."""
    accepted: list[Segment] = field(default_factory=list)
    _shown: tuple[Excerpt, ...] = ()
    _shared: bool = False
    _splitter: ObjectSplitter = field(default_factory=lambda: ObjectSplitter("lines"))
    _before: int = 0
    """Lines that were accepted before the current answer."""

    def __post_init__(self) -> None:
        self.names = tuple(speaker.name for speaker in cast_of(self.brief))
        self._check = LineCheck(
            self.brief.request.language,
            self.names,
            first=self.chapter.index == 0,
            last=self.chapter.index == len(self.outline.chapters) - 1,
        )

    @property
    def words(self) -> int:
        """Accepted so far."""
        return sum(count_words(segment.text) for segment in self.accepted)

    async def lay_out(self, given: Sequence[Excerpt], condenser: Condenser, telemetry: Telemetry) -> None:
        """Choose the passages for the prompt, and condense them if they do not fit.

        Raises:
            SettingsError: The context has no room for sources.
            ScriptError: They could not be condensed.
        """
        room = room_for_sources(self.prompt(), self._answer_tokens(self.chapter.words), self.context)
        self._shared = sum(excerpt.tokens for excerpt in given) <= min(room, SHARED_TOKENS)
        own = tuple(given[index] for index in self.chapter.sources) or tuple(given)
        self._shown = tuple(given) if self._shared else await condenser.fit(own, room)
        condensed = sum(excerpt.condensed for excerpt in self._shown)
        if condensed:
            telemetry.note(
                f"Chapter {self.chapter.index + 1} was written from condensed notes on {condensed} of its "
                f"{len(own)} passages, because PODLOOM_LLM_CONTEXT_TOKENS is {self.context}."
            )

    def prompt(self) -> Prompt:
        """The next call: for the chapter, or for what is missing in it."""
        language = self.brief.request.language
        user = self._order()
        if self.fault:
            repair = render(
                "chapter_repair",
                language,
                accepted=self.accepted,
                accepted_words=self.words,
                remaining_words=max(0, self.chapter.words - self.words),
                fault=self.fault,
            )
            user = f"{user}\n\n{repair}"
        return Prompt(
            system=system_prompt(self.brief),
            user=user,
            schema_name="chapter",
            schema=chapter_schema(self.names),
            max_tokens=self._answer_tokens(max(80, self.chapter.words - self.words)),
            # The same seed would give the same fault again.
            seed=self.brief.request.seed + len(self.accepted) + bool(self.fault),
            cache_hint=self.hint,
        )

    def begin(self) -> None:
        """A new answer comes."""
        self.fault = ""
        self._splitter = ObjectSplitter("lines")
        self._before = len(self.accepted)

    def read(self, piece: str) -> Iterator[Segment]:
        """The lines that a piece of the answer completes.

        Raises:
            LineFaultError: A line cannot be spoken as it stands.
        """
        for raw in self._splitter.feed(piece):
            speaker, text = self._check.read(raw)
            segment = Segment(
                chapter=self.chapter.index,
                index=len(self.accepted),
                speaker=speaker,
                text=text,
                delivery=read_delivery(raw),
            )
            self.accepted.append(segment)
            yield segment

    def judge(self) -> None:
        """Set the fault of an answer that ended by itself, if it has one."""
        added = len(self.accepted) - self._before
        if self._splitter.pending:
            self.fault = "the answer ended inside of a line"
        elif not self.accepted:
            self.fault = 'there were no lines; the answer needs "lines", each with "speaker" and "text"'
        elif added and self.words < ENOUGH * self.chapter.words:
            self.fault = f"the chapter has {self.words} words, and {self.chapter.words} are planned"
        elif not added and self.words < TOO_LITTLE * self.chapter.words:
            self.fault = f"the chapter has only {self.words} of {self.chapter.words} words"

    def settle(self, telemetry: Telemetry, tries: int) -> None:
        """End the chapter; one that is merely short is kept and noted.

        Raises:
            ScriptError: It cannot be used.
        """
        short = self.fault.startswith("the chapter has ")
        if self.fault and not (short and self.words >= TOO_LITTLE * self.chapter.words):
            self._give_up(tries)
        if self.words < ENOUGH * self.chapter.words:
            telemetry.note(
                f"Chapter {self.chapter.index + 1} has {self.words} words of {self.chapter.words} planned: "
                "the writer found no more in the sources."
            )

    def _give_up(self, tries: int) -> NoReturn:
        raise ScriptError(
            f"chapter {self.chapter.index + 1} ({self.chapter.title!r}) stayed unusable in {tries} tries; "
            f"last: {self.fault}. Use a stronger model, or set PODLOOM_LLM_REPAIRS higher"
        )

    def _order(self) -> str:
        """What is to be written; the same for all chapters up to the chapter's own part."""
        request, chapter = self.brief.request, self.chapter
        last = chapter.index == len(self.outline.chapters) - 1
        return render(
            "chapter",
            request.language,
            format=request.format,
            show=request.podcast,
            title=self.outline.title,
            summary=self.outline.summary,
            chapters=[
                {"number": planned.index + 1, "title": planned.title, "key_points": planned.key_points}
                for planned in self.outline.chapters
            ],
            shared_passages=self._shared,
            passages=self._shown,
            own_passages=[index + 1 for index in chapter.sources] if self._shared else [],
            first=chapter.index == 0,
            last=last,
            words=chapter.words,
            least_words=round(0.85 * chapter.words),
            most_words=round(1.15 * chapter.words),
            names=self.names,
            number=chapter.index + 1,
            chapter_title=chapter.title,
        )

    def _answer_tokens(self, words: int) -> int:
        return answer_tokens(words, self.brief.request.language, self.context)

"""One chapter, or a part of it, being written: its prompt, what is accepted so far, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from podloom.domain import ChapterPlan, Outline, Segment, count_words
from podloom.errors import ScriptError
from podloom.llm.lines import ObjectSplitter
from podloom.llm.protocol import Prompt
from podloom.prompts import render
from podloom.script.beats import Beat
from podloom.script.briefing import cast_of, room_for_sources, system_prompt
from podloom.script.calls import answer_tokens
from podloom.script.dedupe import SpokenRuns
from podloom.script.delivery import line_schema, read_delivery
from podloom.script.lines import LineCheck
from podloom.script.material import Condenser, Excerpt
from podloom.script.writer import Brief
from podloom.telemetry import Telemetry
from podloom.text.questions import asks

ENOUGH = 0.6
"""Share of the planned words from which a chapter is long enough."""
TOO_LITTLE = 0.25
"""Share below which a chapter is no chapter."""
TOO_MUCH = 2.0
"""Share from which nothing more is taken of a part: three times the length is another episode."""
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


@dataclass(frozen=True)
class Sheet:
    """The sources as a chapter's prompts show them."""

    passages: tuple[Excerpt, ...] = ()
    shared: bool = False
    """Whether all chapters show the same ones."""


@dataclass(frozen=True)
class ChapterOrder:
    """Asks for one chapter, or for one part of it."""

    brief: Brief
    outline: Outline
    """The plan: the same for all chapters, however much more is known by now."""
    chapter: ChapterPlan
    beats: tuple[Beat, ...]
    context: int
    hint: str
    sheet: Sheet = Sheet()

    @property
    def names(self) -> tuple[str, ...]:
        """Who may speak."""
        return tuple(speaker.name for speaker in cast_of(self.brief))

    def opens(self, beat: Beat) -> bool:
        """Whether the episode begins with this part."""
        return self.chapter.index == 0 and beat.number == 0

    def closes(self, beat: Beat) -> bool:
        """Whether the episode ends with this part."""
        return self.chapter.index == len(self.outline.chapters) - 1 and beat.number == len(self.beats) - 1

    async def with_sources(
        self, given: Sequence[Excerpt], condenser: Condenser, telemetry: Telemetry
    ) -> ChapterOrder:
        """The order with the passages that fit into its prompts, condensed if need be.

        Raises:
            SettingsError: The context has no room for sources.
            ScriptError: They could not be condensed.
        """
        longest = max(beat.words for beat in self.beats)
        room = room_for_sources(self.prompt(self.beats[0]), self._answer_tokens(longest), self.context)
        if sum(excerpt.tokens for excerpt in given) <= min(room, SHARED_TOKENS):
            return replace(self, sheet=Sheet(tuple(given), shared=True))
        own = tuple(given[index] for index in self.chapter.sources) or tuple(given)
        fitted = await condenser.fit(own, room)
        condensed = sum(excerpt.condensed for excerpt in fitted)
        if condensed:
            telemetry.note(
                f"Chapter {self.chapter.index + 1} was written from condensed notes on {condensed} of its "
                f"{len(own)} passages, because PODLOOM_LLM_CONTEXT_TOKENS is {self.context}."
            )
        return replace(self, sheet=Sheet(fitted))

    def prompt(self, beat: Beat, repair: str = "", *, done_words: int = 0, seed_step: int = 0) -> Prompt:
        """The call for a part, or for what is missing in it."""
        return Prompt(
            system=system_prompt(self.brief),
            user=f"{self._task(beat)}\n\n{repair}".strip(),
            schema_name="chapter",
            schema=chapter_schema(self.names),
            max_tokens=self._answer_tokens(max(80, beat.words - done_words)),
            seed=self.brief.request.seed + seed_step,
            cache_hint=self.hint,
        )

    def _task(self, beat: Beat) -> str:
        """What is to be written; the same for all chapters up to the chapter's own part."""
        request, chapter = self.brief.request, self.chapter
        following = self.beats[beat.number + 1 :]
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
            shared_passages=self.sheet.shared,
            passages=self.sheet.passages,
            own_passages=[index + 1 for index in chapter.sources] if self.sheet.shared else [],
            key_points=chapter.key_points,
            parts=self.beats,
            part=beat.number + 1,
            first=self.opens(beat),
            last=self.closes(beat),
            speaker=beat.speaker,
            next_speaker=following[0].speaker if following else "",
            words=beat.words,
            least_words=round(0.85 * beat.words),
            most_words=round(1.15 * beat.words),
            names=self.names,
            number=chapter.index + 1,
            chapter_title=chapter.title,
        )

    def _answer_tokens(self, words: int) -> int:
        return answer_tokens(words, self.brief.request.language, self.context)


@dataclass
class BeatDesk:
    """Reads the answers for one part of a chapter and knows what to ask for next."""

    order: ChapterOrder
    beat: Beat
    fault: str = ""
    """What was wrong with the last answer; "" when the part is done."""
    accepted: list[Segment] = field(default_factory=list)
    lenient: bool = False
    """Whether words of an earlier part are let through: the last try, and repeating is no reason to fail."""
    answers: int = 0
    """That have begun. Every call gets another seed: the same one would give the same fault again."""
    _earlier: SpokenRuns = field(default_factory=SpokenRuns)
    """What the parts before it say; nothing is known while they are written too."""
    _short: bool = False
    """Whether the only fault is that there is too little."""
    _splitter: ObjectSplitter = field(default_factory=lambda: ObjectSplitter("lines"))
    _before: int = 0
    """Lines that were accepted before the current answer."""

    def __post_init__(self) -> None:
        self._check = LineCheck(
            self.order.brief.request.language,
            self.order.names,
            first=self.order.opens(self.beat),
            last=self.order.closes(self.beat),
            repeated=self._repeated,
        )

    @property
    def words(self) -> int:
        """Accepted so far."""
        return sum(count_words(segment.text) for segment in self.accepted)

    @property
    def full(self) -> bool:
        """Whether it is far longer than planned already, and nobody waits for an answer or a goodbye."""
        if not self.accepted or self.words < TOO_MUCH * self.beat.words or self.order.closes(self.beat):
            return False
        return not asks(self.accepted[-1].text, self.order.brief.request.language)

    @property
    def what(self) -> str:
        """A chapter, or a part of one."""
        return "part" if len(self.order.beats) > 1 else "chapter"

    def prompt(self) -> Prompt:
        """The next call: for the part, or for what is missing in it."""
        repair = ""
        if self.fault:
            repair = render(
                "chapter_repair",
                self.order.brief.request.language,
                what=self.what,
                accepted=self.accepted,
                accepted_words=self.words,
                remaining_words=max(0, self.beat.words - self.words),
                fault=self.fault,
            )
        return self.order.prompt(self.beat, repair, done_words=self.words, seed_step=self.answers)

    def begin(self) -> None:
        """A new answer comes."""
        self.fault, self._short = "", False
        self.answers += 1
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
                chapter=self.order.chapter.index,
                index=len(self.accepted),
                speaker=speaker,
                text=text,
                delivery=read_delivery(raw),
            )
            self.accepted.append(segment)
            yield segment
            if self.full:
                return

    def judge(self) -> None:
        """Set the fault of an answer that ended by itself, if it has one."""
        if self.full:
            return
        added, wanted = len(self.accepted) - self._before, self.beat.words
        if self._splitter.pending:
            self.fault = "the answer ended inside of a line"
        elif not self.accepted:
            self.fault = 'there were no lines; the answer needs "lines", each with "speaker" and "text"'
        elif added and self.words < ENOUGH * wanted:
            self.fault = f"the {self.what} has {self.words} words, and {wanted} are planned"
            self._short = True
        elif not added and self.words < TOO_LITTLE * wanted:
            self.fault = f"the {self.what} has only {self.words} of {wanted} words"

    def give_way(self, earlier: SpokenRuns) -> bool:
        """Whether a line repeats what the parts before it say; it and those after it are taken back."""
        self._earlier = earlier
        count, fault = self._check.look_again()
        if fault:
            self.fault = fault
            del self.accepted[count:]
        return bool(fault)

    def settle(self, tries: int) -> None:
        """End the part; one that is merely short is kept.

        Raises:
            ScriptError: It cannot be used.
        """
        if not self.fault or (self._short and self.words >= TOO_LITTLE * self.beat.words):
            return
        chapter = self.order.chapter
        part = f", part {self.beat.number + 1}," if self.what == "part" else ""
        raise ScriptError(
            f"chapter {chapter.index + 1} ({chapter.title!r}){part} stayed unusable in {tries} tries; "
            f"last: {self.fault}. Use a stronger model, or set PODLOOM_LLM_REPAIRS higher"
        )

    def _repeated(self, text: str) -> str:
        return "" if self.lenient else self._earlier.repeated(text, self.beat.number)

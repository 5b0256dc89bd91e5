"""One outline while it is being planned: given out part by part, and asked for again where it is faulty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import from_json

from podloom.domain import ChapterPlan, Outline
from podloom.llm.lines import ObjectSplitter
from podloom.llm.protocol import Prompt
from podloom.prompts import render
from podloom.script.briefing import OutlineOrder
from podloom.script.judging import details_faults, plan_faults
from podloom.script.material import Excerpt
from podloom.script.outlining import Plan, make_outline, read_details, read_plan, with_details


class PlanFaultError(ValueError):
    """Raised when a plan cannot be used: nothing that follows in the answer is worth waiting for."""


@dataclass
class OutlineDesk:
    """Reads the answers for one outline and knows what to ask for next.

    Until the plan is accepted, the whole is asked for again. From then on the plan stays as it is, and only
    the details of chapters that have none are asked for.
    """

    order: OutlineOrder
    shown: Sequence[Excerpt]
    passages: int
    """Of the sources, numbered from 1."""
    outline: Outline | None = None
    known: dict[int, ChapterPlan] = field(default_factory=dict)
    """Chapters with their details."""
    faults: list[str] = field(default_factory=list)
    """Of the last answer."""
    _answer: list[str] = field(default_factory=list)
    _shown_again: str = ""
    """The answer whose plan was faulty; "" where there was no plan to correct."""
    _waiting: list[str] = field(default_factory=list)
    """Raw details that came before the plan."""
    _next: int = 0
    """Place of the next details in the answer."""
    _attempt: int = -1
    """Answers that have begun; every one gets another seed."""

    def __post_init__(self) -> None:
        self.begin()

    @property
    def missing(self) -> list[ChapterPlan]:
        """Chapters of the plan without details."""
        chapters = self.outline.chapters if self.outline else ()
        return [chapter for chapter in chapters if chapter.index not in self.known]

    @property
    def done(self) -> bool:
        """Whether everything was given out."""
        return self.outline is not None and not self.missing

    def prompt(self) -> Prompt:
        """The next call: for all, or for what is missing."""
        language = self.order.brief.request.language
        if self.outline is not None:
            faults, known = self.faults, list(self.known.values())
            return self.order.details_prompt(
                self.shown, self.outline, self.missing, known, faults, attempt=self._attempt
            )
        repair = ""
        if self.faults:
            repair = render("outline_repair", language, answer=self._shown_again, faults=self.faults)
        return self.order.prompt(self.shown, repair, attempt=self._attempt)

    def begin(self) -> None:
        """A new answer comes."""
        self.faults = []
        self._attempt += 1
        self._answer, self._waiting, self._next, self._shown_again = [], [], 0, ""
        self._repairing = [chapter.index for chapter in self.missing]
        self._plan, self._chapters = ObjectSplitter("plan"), ObjectSplitter("chapters")

    def read(self, piece: str) -> Iterator[Outline | ChapterPlan]:
        """What a piece of the answer completes: the plan, or chapters with their details.

        Raises:
            PlanFaultError: The plan cannot be used.
        """
        self._answer.append(piece)
        found = self._chapters.feed(piece)
        # An answer without the list would be taken for one object of it.
        self._waiting += found if self._repairing or self._chapters.shape == "object" else []
        if self.outline is None:
            was_open = not self._plan.closed
            self._plan.feed(piece)
            if was_open and self._plan.closed and (plan := self._early_plan()) is not None:
                yield self._accept(plan)
        yield from self._details()

    def finish(self) -> Iterator[Outline | ChapterPlan]:
        """What can only be read when the answer has ended by itself.

        Raises:
            PlanFaultError: There is no plan that can be used.
        """
        if self.outline is None:
            try:
                plan = read_plan("".join(self._answer))
            except ValueError as error:
                raise PlanFaultError(str(error)) from None
            yield self._accept(plan)
        yield from self._details()

    def fail(self, reason: str) -> None:
        """The answer is of no more use."""
        self.faults = self.faults or [reason]

    def close(self) -> None:
        """Name what is missing, if nothing else was wrong with it."""
        if self.missing and not self.faults:
            numbers = ", ".join(str(chapter.index + 1) for chapter in self.missing)
            self.faults = [f"the details of these chapters are missing: {numbers}"]

    def _early_plan(self) -> Plan | None:
        """The plan as soon as its list is closed; None where title or summary come later."""
        answer = "".join(self._answer)
        try:
            return Plan.model_validate(from_json(answer[answer.find("{") :], allow_partial=True))
        except (ValidationError, ValueError):
            return None

    def _accept(self, plan: Plan) -> Outline:
        request = self.order.brief.request
        self.faults = plan_faults(
            plan, chapters=self.order.chapters, language=request.language, exact=bool(request.chapters)
        )
        if self.faults:
            self._shown_again = "".join(self._answer)
            raise PlanFaultError("; ".join(self.faults))
        self.outline = make_outline(plan, title=request.title, words=self.order.words)
        self._repairing = []
        return self.outline

    def _details(self) -> Iterator[ChapterPlan]:
        if self.outline is None:
            return
        waiting, self._waiting = self._waiting, []
        for raw in waiting:
            place, self._next = self._next, self._next + 1
            if (chapter := self._complete(raw, place, self.outline)) is not None:
                self.known[chapter.index] = chapter
                yield chapter

    def _complete(self, raw: str, place: int, outline: Outline) -> ChapterPlan | None:
        """The chapter that these details are of; None if they cannot be used, or belong to none."""
        asked = self._repairing or range(len(outline.chapters))
        index = asked[place] if place < len(asked) else -1
        try:
            details = read_details(raw)
        except ValueError as error:
            self.faults.append(f"chapter {index + 1}: {error}")
            return None
        if self._repairing and details.number:
            index = details.number - 1
        if index in self.known or index not in asked:
            return None
        chapter = outline.chapters[index]
        faults = details_faults(
            details,
            chapter,
            outline,
            self.known.values(),
            passages=self.passages,
            language=self.order.brief.request.language,
        )
        self.faults += faults
        return None if faults else with_details(chapter, details)

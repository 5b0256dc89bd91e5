"""The shape of a model's plan: how it is asked for, read, and turned into an outline with word budgets.

The whole plan comes first (titles, one-line points), then the details of one chapter after the other, so that
writing begins while the answer is still on its way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ValidationError

from podloom.domain import ChapterPlan, Outline
from podloom.script.calls import read_object

MINUTES_PER_CHAPTER = 2.0
MOST_CHAPTERS = 12
LONGEST_CHAPTER_MINUTES = 4.0
"""Very long episodes get more chapters instead of longer ones: models repeat themselves in long answers."""
LEAST_CHAPTER_WORDS = 40
"""Below that a chapter is a sentence or two: sources that are so short get fewer chapters than asked for."""


class PlannedChapter(BaseModel):
    """A chapter of the plan in a model's answer."""

    title: str
    point: str


class Plan(BaseModel):
    """The first part of a model's answer."""

    title: str
    summary: str
    plan: list[PlannedChapter]


class Details(BaseModel):
    """The rest of a chapter in a model's answer."""

    key_points: list[str]
    passages: list[int]
    number: int = 0
    """From 1; given where only some chapters are asked for."""


def chapter_count(minutes: float) -> int:
    """Chapters of an episode: one for two minutes, three from three minutes on."""
    if minutes < 3:
        return 1 if minutes < 2 else 2
    return max(
        3,
        min(MOST_CHAPTERS, round(minutes / MINUTES_PER_CHAPTER)),
        math.ceil(minutes / LONGEST_CHAPTER_MINUTES),
    )


def asked_chapters(asked: int, words: int) -> int:
    """As many as asked for, as long as `words` are enough for them."""
    return min(asked, max(1, words // LEAST_CHAPTER_WORDS))


def plan_schema() -> dict[str, Any]:
    """JSON schema of a plan with its details, within what strict servers accept."""
    planned = _object(title={"type": "string"}, point={"type": "string"})
    return _object(
        title={"type": "string"},
        summary={"type": "string"},
        plan={"type": "array", "items": planned},
        chapters={"type": "array", "items": _object(**_details())},
    )


def details_schema(numbers: Sequence[int]) -> dict[str, Any]:
    """JSON schema of the details of these chapters alone."""
    number = {"type": "integer", "enum": list(numbers)}
    return _object(chapters={"type": "array", "items": _object(number=number, **_details())})


def _details() -> dict[str, Any]:
    return {
        "key_points": {"type": "array", "items": {"type": "string"}},
        "passages": {"type": "array", "items": {"type": "integer"}},
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read_plan(answer: str) -> Plan:
    """The plan in an answer; its details need not be there.

    Raises:
        ValueError: It is no JSON, or not of that shape; says where.
    """
    try:
        return Plan.model_validate(read_object(answer))
    except ValidationError as error:
        raise ValueError(f"the plan does not have the shape that was asked for ({_where(error)})") from None


def read_details(raw: str) -> Details:
    """The details of one chapter.

    Raises:
        ValueError: They are no JSON, or not of that shape; says where.
    """
    try:
        return Details.model_validate_json(raw)
    except ValidationError as error:
        raise ValueError(f"its details do not have the shape that was asked for ({_where(error)})") from None


def _where(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]


def make_outline(plan: Plan, *, title: str, words: int) -> Outline:
    """The outline, with the episode's words shared out evenly: details that could weigh come later."""
    budgets = share_out(words, [1] * len(plan.plan))
    return Outline(
        title=title or plan.title.strip(),
        summary=plan.summary.strip(),
        chapters=tuple(
            ChapterPlan(
                index=index,
                title=chapter.title.strip(),
                key_points=(chapter.point.strip(),),
                words=budget,
                point=chapter.point.strip(),
            )
            for index, (chapter, budget) in enumerate(zip(plan.plan, budgets, strict=True))
        ),
    )


def with_details(chapter: ChapterPlan, details: Details) -> ChapterPlan:
    """A chapter of the outline, complete."""
    return chapter.model_copy(
        update={
            "key_points": tuple(map(str.strip, details.key_points)),
            "sources": tuple(sorted({number - 1 for number in details.passages})),
        }
    )


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts proportional to the weights; the parts add up to it."""
    edges = [round(total * sum(weights[:count]) / sum(weights)) for count in range(len(weights) + 1)]
    return [end - start for start, end in pairwise(edges)]

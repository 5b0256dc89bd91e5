"""Reads and judges a model's plan, and turns it into an outline with word budgets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any

from pydantic import BaseModel, ValidationError

from podloom.domain import ChapterPlan, Language, Outline
from podloom.script.calls import read_object
from podloom.script.lines import language_fault
from podloom.script.similar import likeness

MINUTES_PER_CHAPTER = 2.0
MOST_CHAPTERS = 12
LONGEST_CHAPTER_MINUTES = 4.0
"""Very long episodes get more chapters instead of longer ones: models repeat themselves in long answers."""
SAME_POINT = 0.6
"""Likeness from which two key points are one."""


class PlannedChapter(BaseModel):
    """A chapter in a model's answer."""

    title: str
    key_points: list[str]
    passages: list[int]


class Plan(BaseModel):
    """A model's answer."""

    title: str
    summary: str
    chapters: list[PlannedChapter]


def chapter_count(minutes: float) -> int:
    """Chapters of an episode: one for two minutes, three from three minutes on."""
    if minutes < 3:
        return 1 if minutes < 2 else 2
    return max(
        3,
        min(MOST_CHAPTERS, round(minutes / MINUTES_PER_CHAPTER)),
        math.ceil(minutes / LONGEST_CHAPTER_MINUTES),
    )


def plan_schema() -> dict[str, Any]:
    """JSON schema of a plan, within what strict servers accept."""
    strings = {"type": "array", "items": {"type": "string"}}
    chapter = _object(title={"type": "string"}, key_points=strings, passages=_integers())
    return _object(
        title={"type": "string"}, summary={"type": "string"}, chapters={"type": "array", "items": chapter}
    )


def _integers() -> dict[str, Any]:
    return {"type": "array", "items": {"type": "integer"}}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read_plan(answer: str) -> Plan:
    """The plan in an answer.

    Raises:
        ValueError: It is no JSON, or not of that shape; says where.
    """
    try:
        return Plan.model_validate(read_object(answer))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(
            f"the plan does not have the shape that was asked for ({where}: {first['msg']})"
        ) from None


def plan_faults(plan: Plan, *, chapters: int, passages: int, language: Language) -> list[str]:
    """Everything that is wrong with a plan, in words that a model understands."""
    return [
        *_count_faults(plan, chapters),
        *_chapter_faults(plan.chapters, passages),
        *_repetition_faults(plan.chapters),
        *_language_faults(plan, language),
    ]


def _count_faults(plan: Plan, wanted: int) -> Iterator[str]:
    given = len(plan.chapters)
    if abs(given - wanted) > (wanted // 3 if wanted > 1 else 0):
        yield f"there are {given} chapters, and {wanted} were asked for"
    if not plan.title.strip() or not plan.summary.strip():
        yield "the title or the summary is empty"


def _chapter_faults(chapters: Sequence[PlannedChapter], passages: int) -> Iterator[str]:
    for number, chapter in enumerate(chapters, start=1):
        if not chapter.title.strip():
            yield f"chapter {number} has no title"
        if not chapter.key_points or not all(map(str.strip, chapter.key_points)):
            yield f"chapter {number} has no key points, or an empty one"
        if not chapter.passages:
            yield f"chapter {number} names no passages"
        for passage in chapter.passages:
            if not 1 <= passage <= passages:
                yield f"chapter {number} names passage {passage}; there are passages 1 to {passages}"


def _repetition_faults(chapters: Sequence[PlannedChapter]) -> Iterator[str]:
    points = [(n, point) for n, chapter in enumerate(chapters, start=1) for point in chapter.key_points]
    for (first, one), (second, other) in combinations(points, 2):
        if likeness(one, other) >= SAME_POINT:
            yield f"chapters {first} and {second} have the same key point ({one!r} and {other!r})"
    for one_chapter, other_chapter in combinations(chapters, 2):
        if one_chapter.title.casefold().strip() == other_chapter.title.casefold().strip():
            yield f"two chapters have the title {one_chapter.title!r}"


def _language_faults(plan: Plan, language: Language) -> Iterator[str]:
    texts = [plan.summary, *(point for chapter in plan.chapters for point in chapter.key_points)]
    if language_fault(" ".join(texts), language):
        yield f"the plan is not in {'Korean' if language == 'ko' else 'English'}"


def make_outline(plan: Plan, *, title: str, words: int) -> Outline:
    """The outline, with the episode's words shared out by number of key points."""
    budgets = share_out(words, [len(chapter.key_points) for chapter in plan.chapters])
    return Outline(
        title=title or plan.title.strip(),
        summary=plan.summary.strip(),
        chapters=tuple(
            ChapterPlan(
                index=index,
                title=chapter.title.strip(),
                key_points=tuple(map(str.strip, chapter.key_points)),
                words=budget,
                sources=tuple(sorted({number - 1 for number in chapter.passages})),
            )
            for index, (chapter, budget) in enumerate(zip(plan.chapters, budgets, strict=True))
        ),
    )


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts proportional to the weights; the parts add up to it."""
    edges = [round(total * sum(weights[:count]) / sum(weights)) for count in range(len(weights) + 1)]
    return [end - start for start, end in pairwise(edges)]

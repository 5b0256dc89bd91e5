"""What is wrong with a model's plan or with the details of a chapter, in words that a model understands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from podloom.domain import ChapterPlan, Language, Outline
from podloom.domain.progress import count_of
from podloom.script.lines import language_fault
from podloom.script.outlining import Details, Plan, PlannedChapter
from podloom.script.similar import likeness

SAME_POINT = 0.6
"""Likeness from which two key points are one."""
NAMES: dict[Language, str] = {"en": "English", "ko": "Korean"}


def plan_faults(plan: Plan, *, chapters: int, language: Language, exact: bool = False) -> list[str]:
    """Everything that is wrong with a plan; `exact` when a person chose the number of chapters."""
    return [
        *_count_faults(plan, chapters, 0 if exact or chapters == 1 else chapters // 3),
        *_chapter_faults(plan.plan),
        *_repetition_faults(plan.plan),
        *_language_faults([plan.summary, *(chapter.point for chapter in plan.plan)], language, "the plan"),
    ]


def _count_faults(plan: Plan, wanted: int, tolerance: int) -> Iterator[str]:
    given = len(plan.plan)
    if abs(given - wanted) > tolerance:
        yield f"the plan has {count_of(given, 'chapter')}, and {wanted} were asked for"
    if not plan.title.strip() or not plan.summary.strip():
        yield "the title or the summary is empty"


def _chapter_faults(chapters: Sequence[PlannedChapter]) -> Iterator[str]:
    for number, chapter in enumerate(chapters, start=1):
        if not chapter.title.strip():
            yield f"chapter {number} has no title"
        if not chapter.point.strip():
            yield f"chapter {number} has no point"


def _repetition_faults(chapters: Sequence[PlannedChapter]) -> Iterator[str]:
    for (first, one), (second, other) in combinations(enumerate(chapters, start=1), 2):
        if likeness(one.point, other.point) >= SAME_POINT:
            yield f"chapters {first} and {second} have the same point ({one.point!r} and {other.point!r})"
        if one.title.casefold().strip() == other.title.casefold().strip():
            yield f"two chapters have the title {one.title!r}"


def _language_faults(texts: Iterable[str], language: Language, what: str) -> Iterator[str]:
    if language_fault(" ".join(texts), language):
        yield f"{what} is not in {NAMES[language]}"


def details_faults(
    details: Details,
    chapter: ChapterPlan,
    outline: Outline,
    known: Iterable[ChapterPlan],
    *,
    passages: int,
    language: Language,
) -> list[str]:
    """Everything that is wrong with a chapter's details; `known` are chapters that have theirs already."""
    name = f"chapter {chapter.index + 1}"
    return [
        *_form_faults(details, name, passages),
        *_assignment_faults(details.key_points, chapter, outline, known),
        *_language_faults(details.key_points, language, f"what {name} tells"),
    ]


def _form_faults(details: Details, name: str, passages: int) -> Iterator[str]:
    if not details.key_points or not all(map(str.strip, details.key_points)):
        yield f"{name} has no key points, or an empty one"
    if not details.passages:
        yield f"{name} names no passages"
    for passage in details.passages:
        if not 1 <= passage <= passages:
            yield f"{name} names passage {passage}; there are passages 1 to {passages}"


def _assignment_faults(
    points: Sequence[str], chapter: ChapterPlan, outline: Outline, known: Iterable[ChapterPlan]
) -> Iterator[str]:
    """Points that are told twice in the chapter, are another chapter's own point, or told in another."""
    for one, other in combinations(points, 2):
        if likeness(one, other) >= SAME_POINT:
            yield f"chapter {chapter.index + 1} has a key point twice ({one!r} and {other!r})"
    others = [(planned.index, planned.point) for planned in outline.chapters]
    others += [(planned.index, point) for planned in known for point in planned.key_points]
    for point in points:
        for index, other in others:
            if index != chapter.index and likeness(point, other) >= SAME_POINT:
                yield (
                    f"chapters {chapter.index + 1} and {index + 1} have the same key point "
                    f"({point!r} and {other!r})"
                )
                break

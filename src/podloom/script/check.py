"""Measures of a finished script for the manifest: is anything said twice, how varied are the words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from podloom.domain import Script

RUN_WORDS = 8
WINDOW = 50


@dataclass(frozen=True)
class RepeatedRun:
    """Words that are said in more than one chapter."""

    text: str
    chapters: tuple[int, ...]
    """Indices, ascending."""


def repeated_runs(script: Script, length: int = RUN_WORDS) -> tuple[RepeatedRun, ...]:
    """Runs of at least `length` words that two or more chapters share, longest first."""
    places: dict[tuple[str, ...], set[int]] = {}
    for chapter in script.chapters:
        for segment in chapter.segments:
            for run in runs(words(segment.text), length):
                places.setdefault(run, set()).add(chapter.index)
    shared = [(run, chapters) for run, chapters in places.items() if len(chapters) > 1]
    return tuple(sorted(_joined(shared), key=lambda run: (-len(run.text.split()), run.text)))


def _joined(shared: list[tuple[tuple[str, ...], set[int]]]) -> list[RepeatedRun]:
    """Overlapping runs of the same chapters as one; they come in the order in which they are spoken."""
    joined: list[tuple[list[str], set[int]]] = []
    for run, chapters in shared:
        if joined and joined[-1][1] == chapters and tuple(joined[-1][0][-len(run) + 1 :]) == run[:-1]:
            joined[-1][0].append(run[-1])
        else:
            joined.append((list(run), chapters))
    return [RepeatedRun(" ".join(run), tuple(sorted(chapters))) for run, chapters in joined]


def distinct_2(script: Script) -> float:
    """Share of different word pairs among all word pairs, 0 to 1; falls with repetition and with length."""
    pairs = Counter(pair for segment in script.segments for pair in pairwise(words(segment.text)))
    return len(pairs) / pairs.total() if pairs else 1.0


def mattr(script: Script, window: int = WINDOW) -> float:
    """Moving-average type-token ratio: different words in windows of 50; does not fall with length."""
    spoken = [word for segment in script.segments for word in words(segment.text)]
    if len(spoken) <= window:
        return len(set(spoken)) / len(spoken) if spoken else 1.0
    counts = Counter(spoken[:window])
    total = len(counts)
    for leaving, coming in zip(spoken, spoken[window:], strict=False):
        counts[coming] += 1
        counts[leaving] -= 1
        if not counts[leaving]:
            del counts[leaving]
        total += len(counts)
    return total / window / (len(spoken) - window + 1)


def words(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return re.findall(r"\w+(?:['’]\w+)*", text.casefold())


def runs(spoken: list[str], length: int = RUN_WORDS) -> list[tuple[str, ...]]:
    """Every run of so many words; the n-th begins at the n-th word."""
    return [tuple(spoken[at : at + length]) for at in range(len(spoken) - length + 1)]

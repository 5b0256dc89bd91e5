"""How alike two texts are, by the runs of characters they share; works for every script."""

from __future__ import annotations

RUN = 5
"""Characters; long enough that unrelated sentences share few."""


def character_runs(text: str) -> frozenset[str]:
    """Runs of letters and digits, regardless of case, spaces and punctuation."""
    plain = "".join(filter(str.isalnum, text.casefold()))
    return frozenset(plain[at : at + RUN] for at in range(max(1, len(plain) - RUN + 1)))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the shorter text that is in the other, 0 to 1: added words hide no repetition."""
    return len(one & other) / min(len(one), len(other))


def likeness(one: str, other: str) -> float:
    """Share of what is in either text that is in both, 0 to 1."""
    first, second = character_runs(one), character_runs(other)
    return len(first & second) / len(first | second)

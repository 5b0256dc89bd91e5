"""Emphasis and mood as a few percent of speed, for engines that know nothing else."""

from __future__ import annotations

from podloom.domain import Delivery

EMPHASES = {"none": 1.0, "strong": 0.94}
MOODS = {"neutral": 1.0, "cheerful": 1.04, "serious": 0.95, "curious": 1.02}
"""Chosen small enough to pass for the same speaker in the same conversation; not judged by listeners."""


def tempo(delivery: Delivery) -> float:
    """Speed relative to the usual one."""
    return round(EMPHASES[delivery.emphasis] * MOODS[delivery.mood], 2)


def tempo_direction(delivery: Delivery) -> str:
    """For cache keys: "" when nothing changes."""
    return "" if tempo(delivery) == 1 else f"tempo {tempo(delivery):.2f}"

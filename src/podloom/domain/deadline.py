"""When an episode has to be done: a time with its zone, or minutes from the start of its run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import PydanticCustomError

MOST_MINUTES = 366 * 24 * 60


def written_out(deadline: Any) -> Any:
    """A `datetime`, a `timedelta` or a number of minutes, as the text that requests keep."""
    if isinstance(deadline, timedelta):
        deadline = deadline.total_seconds() / 60
    if isinstance(deadline, datetime):
        return deadline.isoformat()
    return f"{deadline:g}" if isinstance(deadline, int | float) else deadline


def checked(deadline: str) -> str:
    """The same without blanks around it.

    Raises:
        PydanticCustomError: It is neither a time with its zone nor minutes.
    """
    deadline = deadline.strip()
    minutes, time = _minutes(deadline), _time(deadline)
    if deadline and not (0 < minutes <= MOST_MINUTES if minutes is not None else time and time.tzinfo):
        raise PydanticCustomError(
            "deadline", "give a time with its zone, like 2026-11-21T18:00+09:00, or minutes above 0"
        )
    return deadline


def due(deadline: str, start: datetime) -> datetime | None:
    """The time, if the run begins at `start`; None without a deadline."""
    minutes = _minutes(deadline)
    time = _time(deadline) if minutes is None else start + timedelta(minutes=minutes)
    return time and time.astimezone(UTC)


def _minutes(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None

"""The memory of this process."""

from __future__ import annotations

from importlib import import_module


def memory_bytes() -> float:
    """Resident bytes."""
    psutil = import_module("psutil")  # only when somebody asks
    return float(psutil.Process().memory_info().rss)

"""How often a Prefect server is asked: one that is busy is asked less often."""

from __future__ import annotations

PAUSES = 10
"""Times as long as the server took to answer it is left alone afterwards."""


def pause_s(answered_s: float, usual_s: float, longest_s: float) -> float:
    """How long to wait after a request that the server took so long for."""
    return min(max(usual_s, PAUSES * answered_s), longest_s)

"""The `podloom` command. Exit codes: 0 done, else as podloom.errors says; see docs/cli.md."""

from __future__ import annotations

import ctypes
import os

M_ARENA_MAX = -8
"""Of mallopt(3), glibc."""


def main() -> None:
    """Entry point; the commands are imported here, not when the package is."""
    one_arena()
    from podloom.cli.app import run  # noqa: PLC0415 - typer and the api

    run()


def one_arena() -> bool:
    """Let all threads of this process share one heap, unless MALLOC_ARENA_MAX says something else.

    glibc gives threads heaps of their own and keeps what large arrays leave in each: twenty episodes at once
    held 694 MB with them and 443 MB without, at the same speed (benchmarks/bench_scale.py).

    Returns:
        Whether the C library took it; False where it has no mallopt(3), or the environment has decided.
    """
    adjust = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if adjust is None or "MALLOC_ARENA_MAX" in os.environ:
        return False
    return bool(adjust(M_ARENA_MAX, 1))

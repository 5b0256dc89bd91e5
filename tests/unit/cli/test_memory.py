"""The command's process has one heap, however many threads it has."""

import ctypes
import os
import subprocess
import sys

import pytest

from podloom.cli import M_ARENA_MAX, one_arena


class Library:
    """A C library that notes what mallopt(3) is asked, and says yes."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def mallopt(self, parameter: int, value: int) -> int:
        self.asked.append((parameter, value))
        return 1


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    return library


def test_one_heap_is_asked_for(library: Library) -> None:
    assert one_arena()
    assert library.asked == [(M_ARENA_MAX, 1)]


def test_the_environment_decides_where_it_says_something(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "64")
    assert not one_arena()
    assert library.asked == []


def test_a_library_without_mallopt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert not one_arena()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt(3) is glibc's")
def test_glibc_takes_it() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    code = "from podloom.cli import one_arena; print(one_arena())"
    # In a process of its own: it changes the one that it is called in.
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True, timeout=60
    )
    assert told.stdout.strip() == "True"

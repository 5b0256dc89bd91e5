"""Where a run writes: a partial folder beside the final one, swapped in when it is whole."""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from podloom.errors import OutputError
from podloom.stages.origins import MANIFEST

BYTES_PER_MINUTE = 6_000_000
"""Room asked for, generously: three encoded files, and the clips."""
PARTIAL = ".partial"


def check_room(out: Path, minutes: float) -> None:
    """Make the output folder and see that it can be written and has room.

    Raises:
        OutputError: It cannot be made or written, or is too full.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):  # permissions do not tell of a read-only disk
            pass
        free = shutil.disk_usage(out).free
    except OSError as error:
        raise OutputError(
            f"cannot write to the output folder {str(out)!r} ({error.strerror}); choose another with --out"
        ) from error
    needed = round(50_000_000 + minutes * BYTES_PER_MINUTE)
    if free < needed:
        raise OutputError(
            f"{str(out)!r} has {free // 1_000_000} MB free and {minutes:g} minutes need about"
            f" {needed // 1_000_000} MB; make room or choose another folder with --out"
        )


def check_place(final: Path, episode_id: str, title: str = "") -> None:
    """See that nothing lies there, or that episode as it was made before, which may be replaced.

    Titles that give the same name ("C++", "C#") have the same id; one that was asked for is compared itself.

    Raises:
        OutputError: Somebody keeps other things there, or another episode, whose title gives the same name.
    """
    if not (final.is_file() or (final.is_dir() and any(final.iterdir()))):
        return
    there = _manifest(final)
    if there.get("id") == episode_id and title.casefold() in {"", str(there.get("title")).casefold()}:
        return
    what = f"is {there.get('title')!r} of {there.get('podcast')!r}" if there else "is no episode"
    raise OutputError(
        f"{str(final)!r} {what} and is not replaced; choose another --title or --out, what was made is kept"
    )


def _manifest(folder: Path) -> dict[str, Any]:
    """Of the episode in there; empty if there is none, or it cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


@contextmanager
def explained(out: Path) -> Iterator[None]:
    """What the system says about a file of the episode, as a sentence.

    Raises:
        OutputError: A file cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot write the episode into {str(out)!r} ({error.strerror or error}); make room or"
            " choose another folder with --out, what was made is kept"
        ) from error


def open_partial(out: Path, run_id: str) -> Path:
    """An empty folder that only this attempt at the run writes to.

    One that was taken for lost and goes on elsewhere may still be alive: neither is in the other's way.
    """
    folder = out / f".{run_id}.{uuid.uuid4().hex[:8]}{PARTIAL}"
    folder.mkdir(parents=True)
    return folder


def swap_in(partial: Path, final: Path, episode_id: str, title: str = "") -> None:
    """Put the whole episode where it belongs; itself as it was before is replaced, never mixed with.

    Raises:
        OutputError: The final place holds other things or cannot be written.
    """
    check_place(final, episode_id, title)
    old = final.with_name(f"{partial.name}.old")
    try:
        if final.exists():
            final.rename(old)
        try:
            partial.rename(final)
        except OSError:
            if old.exists():
                old.rename(final)
            raise
    except OSError as error:
        raise OutputError(
            f"cannot put the episode into {str(final)!r} ({error.strerror}); choose another folder with"
            " --out, what was made is kept"
        ) from error
    if old.exists():
        shutil.rmtree(old) if old.is_dir() else old.unlink()

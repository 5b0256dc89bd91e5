"""Which runs are alive on this machine: each holds a lock, which ends with its process however that ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


@contextmanager
def alive(home: Path, run_id: str) -> Iterator[None]:
    """The run shows that it is alive; where no file can be written, it does not."""
    file = _file(home, run_id)
    with ExitStack() as held:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            # Shared: a run that was taken for lost may still be here when it goes on.
            fcntl.flock(held.enter_context(file.open("w")), fcntl.LOCK_SH | fcntl.LOCK_NB)
        try:
            yield
        finally:
            with suppress(OSError):
                file.unlink()


def is_alive(home: Path, run_id: str) -> bool:
    """Whether a process of this machine is at work on the run."""
    return _is_held(_file(home, run_id))


def clean_signs(home: Path) -> None:
    """Delete those of runs that were killed."""
    for file in (home / "runs").glob("*.lock"):
        if not _is_held(file):
            file.unlink(missing_ok=True)


def _is_held(file: Path) -> bool:
    try:
        with file.open() as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _file(home: Path, run_id: str) -> Path:
    return home / "runs" / f"{run_id}.lock"

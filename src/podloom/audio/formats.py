"""Which formats can be made here; light, because it is asked before anything is made."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from podloom.domain import OutputFormat
from podloom.errors import MissingDependencyError


def check_formats(formats: Sequence[OutputFormat]) -> None:
    """See that the formats can be made here, before anything is.

    Raises:
        MissingDependencyError: M4A or Opus without the extra.
    """
    wanted = [name for name in formats if name != "mp3"]
    if wanted and find_spec("av") is None:
        raise MissingDependencyError(
            f"audio format {wanted[0]!r} needs PyAV, which is not installed; "
            "install podloom[av] or ask for 'mp3' only"
        )


def av_errors() -> tuple[type[Exception], ...]:
    """What PyAV raises; nothing while it is not in use."""
    return (sys.modules["av"].error.FFmpegError,) if "av" in sys.modules else ()

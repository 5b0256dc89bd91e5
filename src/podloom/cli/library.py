"""`podloom library`: what has been made, and what is being made, to listen to in a browser."""

from __future__ import annotations

import signal
import threading

from podloom.cli.output import console
from podloom.cli.signals import handled
from podloom.errors import SettingsError
from podloom.settings import load_settings


def library() -> None:
    """Show the episodes of the output folder at an address, until Ctrl-C; `podloom serve` does it as well.

    For where workers are other processes. PODLOOM_LISTENING_FOLDER, _HOST and _PORT say what and where.
    """
    from podloom.serving.shown import shown_library  # noqa: PLC0415 - starlette, only where it is served

    stopped = threading.Event()
    with (
        handled(lambda *_: stopped.set(), signal.SIGINT, signal.SIGTERM),
        shown_library(load_settings(), console().print) as address,
    ):
        if not address:
            raise SettingsError("there is no library to show: set PODLOOM_LISTENING_PORT to a free port")
        stopped.wait()

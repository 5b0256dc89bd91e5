"""What a run needs after its first call: imported while the model has the floor, and not before.

Studio imports these rooms where it uses them: a run that gets there first waits for the import.
"""

from __future__ import annotations

from importlib import import_module

from podloom.domain import EpisodeRequest

STAGES = ("chapter", "record", "readback")
"""Beside those with something to load of their own."""


def load_later(request: EpisodeRequest) -> None:
    """Import what follows the outline, in the order in which it is needed; a loaded process has it all."""
    from podloom.text.normalize import normalize  # noqa: PLC0415 - this is the time

    for stage in STAGES:
        import_module(f"podloom.stages.{stage}")
    normalize("", request.language)

    from podloom.stages.assembly import load_mixer  # noqa: PLC0415 - as above
    from podloom.stages.publish import load_publisher  # noqa: PLC0415 - as above

    load_mixer(request)
    load_publisher()

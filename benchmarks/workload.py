"""The package's paced workloads, run through the api as a person would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podloom.rehearsal import workload
from podloom.rehearsal.workload import (
    Measured,
    PacedServer,
    floor_s,
    paced_server,
    sequential_s,
    settings_for,
    source_text,
)
from podloom.settings import Settings

__all__ = [
    "Measured",
    "PacedServer",
    "floor_s",
    "measure",
    "paced_server",
    "sequential_s",
    "settings_for",
    "source_text",
]


async def measure(
    server: PacedServer, settings: Settings, out: Path, *, orchestration: str = "inline", **fields: Any
) -> Measured:
    """Make an episode and take the times."""
    from podloom import generate_podcast_async

    asked = {"sources": source_text(), "out": str(out), "engine": "openai", "writer": "openai"} | fields
    return await workload.measure(
        server,
        lambda tell: generate_podcast_async(
            settings=settings,
            orchestration=orchestration,  # type: ignore[arg-type]  # a literal, given as an option
            on_progress=tell,
            **asked,
        ),
    )

"""How much of a machine an episode takes: small ones are made where they are asked for, others are queued.

Measured on 2 cores as user and system time of `generate_podcast` in a new process, for two lengths each:
tone 0.5 and 3 minutes, openai (a server elsewhere) 0.5 and 5, kokoro 0.5 and 2. Of piper and Coqui's VITS the
speech alone was measured (benchmarks/README.md), and the 0.6 of mixing and encoding added. CPU time depends
little on what else the machine does.
"""

from __future__ import annotations

from podloom.domain import EpisodeRequest
from podloom.settings import Settings
from podloom.tts.casting import choose_engine

START_CPU_S = 3.5
"""Imports, opening cache and record, cover and texts."""
CPU_S_PER_MINUTE = {"tone": 0.6, "openai": 0.6, "piper": 5.2, "coqui": 7.2, "kokoro": 44.0}
"""Of the finished episode; speech is nearly all of it where it is made here."""
MOST = max(CPU_S_PER_MINUTE.values())
"""For what was not measured: another engine, or Coqui's XTTS."""


def cpu_s(request: EpisodeRequest, settings: Settings) -> float:
    """Seconds of one core that making the episode takes in a process that has just begun.

    Raises:
        RequestError: No engine fits the request.
    """
    engine = choose_engine(request, settings).name
    measured = engine != "coqui" or "xtts" not in settings.speech.coqui_model.lower()
    return START_CPU_S + request.minutes * (CPU_S_PER_MINUTE.get(engine, MOST) if measured else MOST)

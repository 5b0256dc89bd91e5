"""An OpenAI-compatible server without a model: it stands in for what costs money.

Tests script its faults, benchmarks set its pace, and people use it for a dry run:

    with RehearsalServer(Scenario(chapters=3)) as server:
        ...  # PODLOOM_LLM_BASE_URL and PODLOOM_SPEECH_BASE_URL = server.base_url
        assert server.calls.count("speech") == 12

or as a process of its own: `python -m podloom.rehearsal --port 8099 --scenario seed`.
"""

from podloom.rehearsal.calls import Call, Calls
from podloom.rehearsal.faults import Chaos, Fault
from podloom.rehearsal.scenario import SCENARIOS, Scenario
from podloom.rehearsal.server import RehearsalServer

__all__ = ["SCENARIOS", "Call", "Calls", "Chaos", "Fault", "RehearsalServer", "Scenario"]

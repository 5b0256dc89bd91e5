"""What benchmarks share: a paced server in a process of its own, and Podloom set up to use it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from podloom.domain import Episode, Progress
from podloom.errors import PodloomError
from podloom.rehearsal.scenario import Scenario
from podloom.settings import LLMSettings, Settings, SpeechSettings
from podloom.telemetry import ProgressCallback

PARAGRAPH = (
    "The harbour of the town was rebuilt in {year}. Engineers raised the outer wall by {n} centimetres, "
    "because storms had damaged it in every second winter, and fishermen moved their boats to the new basin. "
    "Repairs take about {n} days a year since then, where they used to take {m}. The council pays for them "
    "out of landing fees, which rose by {n} percent, and publishes the accounts each spring. Not everybody "
    "agrees that the wall was worth its price: the old quay is silting up, and dredging it may cost more."
)


def source_text(words: int = 1200, seed: int = 0) -> str:
    """An article; another seed, another article."""
    paragraphs = words // len(PARAGRAPH.split()) + 1
    return "\n\n".join(
        PARAGRAPH.format(year=1950 + (seed + n) % 70, n=11 + n + seed, m=40 + 2 * n + seed)
        for n in range(paragraphs)
    )


@dataclass(frozen=True)
class PacedServer:
    """The rehearsal server in another process; its clock is this machine's monotonic clock."""

    base_url: str

    @property
    def _calls_url(self) -> str:
        return self.base_url.removesuffix("/v1") + "/rehearsal/calls"

    def calls(self) -> dict[str, Any]:
        """Its record."""
        record: dict[str, Any] = httpx.get(self._calls_url, timeout=30).json()
        return record

    def clear(self) -> None:
        """Forget the record."""
        httpx.delete(self._calls_url, timeout=30)


@contextmanager
def paced_server(scenario: str, **changes: float) -> Iterator[PacedServer]:
    """A server that runs as long as the context; the scenario with other numbers, if any are given."""
    command = [sys.executable, "-m", "podloom.rehearsal", "--port", "0", "--scenario", scenario]
    command += [part for name, value in changes.items() for part in ("--with", f"{name}={value:g}")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            first = process.stdout.readline() if process.stdout else ""
            address = re.match(r"\S+", first)
            if address is None:
                raise PodloomError(f"the rehearsal server did not start; it said {first!r}")
            yield PacedServer(address.group())
        finally:
            process.terminate()


def settings_for(server: PacedServer, home: Path, database_url: str = "") -> Settings:
    """Podloom with an empty home, writing and speaking through the server; all else as nobody has set it.

    A benchmark is held against others, and an operator's variables would have it tell the operator's webhook.
    """
    # Constructed, because what is validated reads the environment.
    return Settings.model_construct(
        home=home,
        database_url=SecretStr(database_url),
        llm=LLMSettings(base_url=server.base_url, api_key=SecretStr("any"), model="rehearsal"),
        speech=SpeechSettings(base_url=server.base_url, api_key=SecretStr("any")),
    )


@dataclass
class Measured:
    """One run of Podloom, as seen from outside."""

    episode: Episode
    wall_s: float
    cpu_s: float
    first_clip_s: float
    """Until the first clip was there; 0 if none was asked for."""
    before_first_call_s: float
    """Until the first paid call was at the server."""
    after_last_clip_s: float
    """From the last clip to the finished episode."""
    counts: dict[str, int]
    most_at_once: dict[str, int]
    chapter_call_s: float
    """The longest single answer for a chapter."""
    progress: list[Progress] = field(default_factory=list)


async def measure(server: PacedServer, make: Callable[[ProgressCallback], Awaitable[Episode]]) -> Measured:
    """Let `make` make an episode through the server, and take the times."""
    server.clear()
    seen: list[Progress] = []
    start_s, cpu_s = time.monotonic(), time.process_time()
    episode = await make(seen.append)
    end_s, cpu_s = time.monotonic(), time.process_time() - cpu_s
    record = server.calls()
    calls = [call for call in record["calls"] if call["route"] != "models"]
    clips_s = [call["finished_s"] for call in calls if call["route"] == "speech" and call["finished_s"]]
    return Measured(
        episode=episode,
        wall_s=end_s - start_s,
        cpu_s=cpu_s,
        first_clip_s=min(clips_s, default=start_s) - start_s,
        before_first_call_s=min((call["arrived_s"] for call in calls), default=start_s) - start_s,
        after_last_clip_s=end_s - max(clips_s, default=end_s),
        counts=record["counts"],
        most_at_once=record["max_concurrency"],
        chapter_call_s=max(_durations(calls, "chapter"), default=0.0),
        progress=seen,
    )


def _durations(calls: Sequence[dict[str, Any]], schema_name: str) -> list[float]:
    return [
        call["finished_s"] - call["arrived_s"]
        for call in calls
        if call["schema_name"] == schema_name and call["outcome"] == "answered"
    ]


def floor_s(scenario: Scenario, parts: int = 1) -> float:
    """The critical path when everything that can be done at once is: outline, last chapter, its last clip.

    A chapter's details end with the outline, however early its plan is known; it is written in so many parts.
    """
    return scenario.outline_s + scenario.chapter_s / parts + scenario.speech_s


def sequential_s(scenario: Scenario) -> float:
    """All waiting one after the other."""
    clips = scenario.chapters * scenario.lines
    return scenario.outline_s + scenario.chapters * scenario.chapter_s + clips * scenario.speech_s

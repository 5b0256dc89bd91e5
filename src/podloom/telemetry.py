"""What a run measures about itself: stage timings, counters and progress."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from podloom.domain import Progress, StageTiming

ProgressCallback = Callable[[Progress], None]


@dataclass
class Telemetry:
    """Mutable record of one run; passed to the stages, never global."""

    on_progress: ProgressCallback | None = None
    timings: list[StageTiming] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)
    """"cache.tts.hit", "cache.tts.miss", "llm.prompt_tokens", "llm.calls", "speech.characters", ..."""
    notes: list[str] = field(default_factory=list)
    """What a person should know about this run: condensed sources, unknown words, choices made."""
    segments_known: dict[int, int] = field(default_factory=dict)
    """Lines known so far, by chapter."""
    progress: Progress = field(default_factory=lambda: Progress(stage="plan", message="Checking the request"))
    _started: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._started

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage, also when it fails."""
        start_s = self.elapsed_s
        try:
            yield
        finally:
            self.timings.append(StageTiming(name=name, start_s=start_s, duration_s=self.elapsed_s - start_s))

    def note(self, text: str) -> None:
        """Add a note once."""
        if text not in self.notes:
            self.notes.append(text)

    def report(self, **changes: object) -> None:
        """Change the progress and tell whoever listens."""
        self.progress = self.progress.model_copy(update={**changes, "elapsed_s": self.elapsed_s})
        if self.on_progress is not None:
            self.on_progress(self.progress)

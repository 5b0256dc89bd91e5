"""What a run measures about itself: stage timings, counters and progress."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from podloom.domain import Alert, Clip, Progress, StageTiming
from podloom.domain.events import Event, NoteTaken, Playable, StageBegan, StageEnded
from podloom.tracing import stage_span

EventCallback = Callable[[Event], None]
ProgressCallback = Callable[[Progress], None]
AlertCallback = Callable[[Alert], None]
log = logging.getLogger(__name__)


@dataclass
class Telemetry:
    """Mutable record of one run; passed to the stages, never global."""

    on_progress: ProgressCallback | None = None
    on_alert: AlertCallback | None = None
    """Hears of alerts that this run's end raised or cleared."""
    on_event: EventCallback | None = None
    """Hears of everything that happens; may be called from the mixer's thread."""
    timings: list[StageTiming] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)
    """"cache.tts.hit", "cache.tts.miss", "llm.prompt_tokens", "llm.calls", "speech.calls", ..."""
    notes: list[str] = field(default_factory=list)
    """What a person should know about this run: condensed sources, unknown words, choices made."""
    lines: dict[int, Sequence[Clip | None]] = field(default_factory=dict)
    """Known so far, by chapter; None where there is no clip yet."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set, in the run's loop, when the first call of a model is on its way.

    From then on there is time to load what is needed later.
    """
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
        self.tell(StageBegan(stage=name))
        try:
            with stage_span(name):
                yield
        finally:
            timing = StageTiming(name=name, start_s=start_s, duration_s=self.elapsed_s - start_s)
            self.timings.append(timing)
            self.tell(StageEnded(stage=name, duration_s=timing.duration_s))

    def note(self, text: str) -> None:
        """Add a note once."""
        if text not in self.notes:
            self.notes.append(text)
            self.tell(NoteTaken(text=text))

    def report(self, **changes: object) -> None:
        """Change the progress and tell whoever listens."""
        heard = self.progress.listen
        self.progress = self.progress.model_copy(update={**changes, "elapsed_s": self.elapsed_s})
        if self.progress.listen != heard:
            self.tell(Playable(address=self.progress.listen))
        if self.on_progress is not None:
            self.on_progress(self.progress)

    def count_lines(self, chapter: int, lines: Sequence[Clip | None], **changes: object) -> None:
        """Say which lines of a chapter are known now, and which of them have a clip."""
        self.lines[chapter] = lines
        known = [clip for of_chapter in self.lines.values() for clip in of_chapter]
        made = [clip for clip in known if clip is not None]
        self.report(
            segments=len(known),
            segments_done=len(made),
            audio_s=sum(clip.duration_s for clip in made),
            cache_hits=sum(clip.cached for clip in made),
            **changes,
        )

    def tell(self, event: Event) -> None:
        """Say that something happened just now."""
        if self.on_event is not None:
            self.on_event(event.model_copy(update={"at_s": self.elapsed_s}))

    def alert(self, alert: Alert) -> None:
        """Say that an alert was raised or cleared, to the log and to whoever listens."""
        level = logging.WARNING if alert.active else logging.INFO
        log.log(level, "alert %r %s: %s", alert.name, "raised" if alert.active else "cleared", alert.message)
        if self.on_alert is not None:
            self.on_alert(alert)

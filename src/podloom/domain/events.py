"""What happens in a run, as it happens. Follow it with `for event in episode.events()`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from podloom.domain.base import Frozen
from podloom.domain.episode import Episode
from podloom.domain.progress import count_of

DOING = {
    "sources": "reading the sources",
    "outline": "planning the chapters",
    "script": "writing the script",
    "mix": "mixing the episode",
    "read back": "listening to what was spoken",
    "publish": "writing tags, transcript and cover",
    "record": "recording the episode",
}
"""What a stage is about, for people."""


def doing(stage: str) -> str:
    """Of "chapter 2": "writing and voicing chapter 2"."""
    return DOING.get(stage, f"writing and voicing {stage}" if stage.startswith("chapter ") else stage)


class HappenedEvent(Frozen):
    """Base of the events."""

    at_s: float = 0.0
    """Seconds since the run began."""


class RunBegan(HappenedEvent):
    """The run has an id: in the manifest, the record and, if it is a flow run, on the Prefect server."""

    kind: Literal["run began"] = "run began"
    run: str

    def __str__(self) -> str:
        return f"run {self.run} began"


class StageBegan(HappenedEvent):
    """A stage began: sources, outline, chapter 1, ..., mix, publish, record."""

    kind: Literal["stage began"] = "stage began"
    stage: str

    def __str__(self) -> str:
        return doing(self.stage)


class StageEnded(HappenedEvent):
    """A stage ended, well or not."""

    kind: Literal["stage ended"] = "stage ended"
    stage: str
    duration_s: float

    def __str__(self) -> str:
        return f"{doing(self.stage)} took {self.duration_s:.1f} s"


class ChapterWritten(HappenedEvent):
    """All lines of a chapter are known; their clips may still be made."""

    kind: Literal["chapter written"] = "chapter written"
    chapter: int
    """From 1."""
    title: str
    lines: int

    def __str__(self) -> str:
        return f"chapter {self.chapter} is written: {self.title}, {count_of(self.lines, 'line')}"


class LineVoiced(HappenedEvent):
    """A line has its clip. Lines that turn out to be void are voiced again."""

    kind: Literal["line voiced"] = "line voiced"
    chapter: int
    line: int
    """From 1, within the chapter; 0 while its turn is not known yet."""
    speaker: str
    text: str
    duration_s: float
    """Of the clip."""
    cached: bool
    """It was there already."""
    made_s: float = 0.0
    """How long it took from its turn in the speech queue on; 0 where it was there, or another run made it."""

    def __str__(self) -> str:
        place = f"{self.chapter}.{self.line}" if self.line else f"{self.chapter}, a later one"
        found = ", from the cache" if self.cached else f", made in {self.made_s:.1f} s" if self.made_s else ""
        return f"line {place} is voiced: {self.speaker}, {self.duration_s:.1f} s{found}: {self.text}"


class ProgressMade(HappenedEvent):
    """How far the run is; comes at least once a second."""

    kind: Literal["progress"] = "progress"
    percent: float
    """0 to 100; never falls."""
    doing: str
    """One sentence for people."""
    state: str = "running"
    """Of a queued run also scheduled, pending, paused, ..."""

    def __str__(self) -> str:
        return f"{self.state:<10} {self.percent:5.1f} %  {self.doing}"


class NoteTaken(HappenedEvent):
    """Something that a person should know about the run; also in the manifest."""

    kind: Literal["note"] = "note"
    text: str

    def __str__(self) -> str:
        return f"note: {self.text}"


class Playable(HappenedEvent):
    """What is finished can be heard at `address` while the rest is being made."""

    kind: Literal["playable"] = "playable"
    address: str

    def __str__(self) -> str:
        return f"listen along at {self.address}"


class Finished(HappenedEvent):
    """The last event of a run that ended well."""

    kind: Literal["finished"] = "finished"
    episode: Episode | None
    """None where a queued run's server does not know it any more."""

    def __str__(self) -> str:
        return f"finished: {self.episode.folder if self.episode else 'no episode'}"


class Failed(HappenedEvent):
    """The last event of a run that did not end well; what was made is kept for the next one."""

    kind: Literal["failed"] = "failed"
    error: str
    """Name of a class of podloom.errors."""
    message: str
    stopped: bool
    """A person stopped it."""

    def __str__(self) -> str:
        return f"{'stopped' if self.stopped else 'failed'}: {self.message}"


Event = Annotated[
    RunBegan
    | StageBegan
    | StageEnded
    | ChapterWritten
    | LineVoiced
    | ProgressMade
    | NoteTaken
    | Playable
    | Finished
    | Failed,
    Field(discriminator="kind"),
]

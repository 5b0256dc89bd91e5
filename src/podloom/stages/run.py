"""What one run holds: the request, its cast and its tools."""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from podloom.cache.clips import Clips
from podloom.cache.protocol import Cache
from podloom.domain import (
    ChapterScript,
    Episode,
    EpisodeRequest,
    Outline,
    Script,
    Segment,
    SourceDocument,
    Speaker,
    Voice,
    slug,
)
from podloom.domain.deadline import due
from podloom.domain.review import Rejection
from podloom.script.writer import Brief, Writer
from podloom.settings import Settings
from podloom.stages.artwork import Artwork
from podloom.stages.lines import ChapterLines
from podloom.stages.origins import Origins
from podloom.stages.planning import OutlineInProgress
from podloom.stages.standin import Outage
from podloom.telemetry import Telemetry
from podloom.tts.engine import SpeechEngine
from podloom.tts.queue import SpeechQueue

if TYPE_CHECKING:
    from podloom.cache.slots import RedisSlots
    from podloom.db.database import Database
    from podloom.stages.readback import ReadBack

EPISODES = uuid.UUID("1d1cdb9a-0f0b-5f6c-9d6b-3f4c6c0f7a51")
"""Name space of episode ids."""

MUSIC_S = 12.0
"""Of intro and outro without words over it."""
WORDS_A_LINE = 20
"""Between two pauses, on average."""


@dataclass
class Run:
    """One run of the pipeline. Mutable, in memory, owned by one event loop."""

    id: str
    request: EpisodeRequest
    settings: Settings
    telemetry: Telemetry
    writer: Writer
    engine: SpeechEngine
    engine_reason: str
    speakers: tuple[Speaker, ...]
    queue: SpeechQueue
    cache: Cache
    clips: Clips
    partial: Path
    """Folder that everything is written to until the episode is whole."""
    slots: dict[SpeechEngine, RedisSlots] = field(default_factory=dict)
    """Hold the bounds on remote engines across processes and machines, where Redis is there to do it."""
    fallback: SpeechEngine | None = None
    """Voices lines that the engine cannot, with `understudies`."""
    outage: Outage = field(default_factory=Outage)
    """Of the engine's server, see stages/standin.py."""
    understudies: dict[str, Voice] = field(default_factory=dict)
    """By speaker."""
    documents: tuple[SourceDocument, ...] = ()
    origins: Origins = field(default_factory=Origins)
    """Of the episode whose script is voiced again."""
    database: Database | None = None
    """Opened while sources are read."""
    read_back: ReadBack | None = None
    """What a recogniser heard, if it was asked, see stages/readback.py."""
    suspicions: dict[tuple[str, str], str] = field(default_factory=dict)
    """What is wrong with clips that were kept for want of better ones, by speaker and text."""
    guessed_words: tuple[str, ...] = ()
    """That the engine pronounced by their letters, see stages/pronouncing.py."""
    episode: Episode | None = None
    """When it is published."""
    rejections: tuple[Rejection, ...] = ()
    """Of earlier versions of the script, by its reviewer."""
    suspended: bool = False
    """It ends here and begins again when its reviewer has answered."""
    mix_key: str = ""
    """Of the finished mix, see stages/mixes.py."""
    planning: OutlineInProgress = field(default_factory=OutlineInProgress)
    """The outline on its way to the chapters; see stages/outline.py."""
    artwork: Artwork = field(default_factory=Artwork)
    """The cover on its way to the folder; see stages/artwork.py."""
    chapters: dict[int, ChapterLines] = field(default_factory=dict)
    """Chapters on their way to the mixer; see `lines`."""
    made_s: dict[str, float] = field(default_factory=dict)
    """How long new clips took from their turn on, by digest."""
    texts: dict[int, asyncio.Future[tuple[Segment, ...]]] = field(default_factory=dict)
    """Chapters as they will be spoken; see `written`."""

    @property
    def brief(self) -> Brief:
        """What the writer is told."""
        return Brief(self.request, self.speakers, self.words, self.rejections)

    @property
    def words(self) -> int:
        """As many as fill the asked minutes at the cast's measured rates, beside music and pauses."""
        rates = [speaker.voice.words_per_minute for speaker in self.speakers]
        word_s = 60 * len(rates) / sum(rates) + self.settings.audio.gap_s / WORDS_A_LINE
        spoken_s = self.request.minutes * 60 - (MUSIC_S if self.request.music else 0)
        return max(20, round(spoken_s / word_s))

    @property
    def due_s(self) -> float:
        """The episode's deadline, on the clock of the speech queue."""
        now = datetime.now(UTC)
        time_due = due(self.request.deadline, now)
        return math.inf if time_due is None else time.monotonic() + (time_due - now).total_seconds()

    def written(self, chapter: int) -> asyncio.Future[tuple[Segment, ...]]:
        """The chapter's lines, when they are what will be spoken; see stages/retelling.py."""
        return self.texts.setdefault(chapter, asyncio.get_running_loop().create_future())

    def lines(self, chapter: int) -> ChapterLines:
        """The way of a chapter's lines from its writer to the mixer."""
        return self.chapters.setdefault(chapter, ChapterLines())

    def title(self, outline: Outline) -> str:
        """The one that is asked for, else the writer's."""
        return self.request.title or outline.title

    def script(self, outline: Outline, chapters: tuple[ChapterScript, ...]) -> Script:
        """All that is spoken."""
        return Script(
            title=self.title(outline),
            summary=outline.summary,
            language=self.request.language,
            draft=self.writer.draft,
            speakers=self.speakers,
            chapters=chapters,
        )

    def speaker(self, name: str) -> Speaker:
        """The speaker of that name; the writer only yields names of the cast."""
        return next(speaker for speaker in self.speakers if speaker.name == name)


def episode_id(podcast: str, title: str) -> str:
    """The same for every run of the same episode of a show, so that feeds keep their guid."""
    return str(uuid.uuid5(EPISODES, f"{podcast}\n{slug(title)}"))

"""The things Podloom talks about. Frozen, JSON-able, no I/O.

podcast (a show, one feed) > episode (one audio file) > chapter (a titled span) > segment (one speaker's
uninterrupted words: the unit of synthesis, of caching and of the transcript). A speaker has a voice. An
outline is the chapters before there is text. A clip is the audio of one segment. (Some projects call a
chapter a "segment"; here it is the reverse, on purpose.)
"""

from __future__ import annotations

from podloom.domain.audio import ChapterMark, Clip, Cue, Loudness, Measurement, Mix, Transcript
from podloom.domain.base import Format, Frozen, Language, OutputFormat, Priority, Role, SourceKind, WriterName
from podloom.domain.episode import Episode, EpisodeRecord, Progress, StageTiming, slug
from podloom.domain.measures import Alert, Benchmark, Outcome, Reading, RunEnd
from podloom.domain.request import EpisodeRequest, SpeakerRequest
from podloom.domain.script import (
    SPACELESS,
    ChapterPlan,
    ChapterScript,
    Delivery,
    Outline,
    Script,
    Segment,
    SourceDocument,
    Speaker,
    Voice,
    count_words,
)

__all__ = [
    "SPACELESS",
    "Alert",
    "Benchmark",
    "ChapterMark",
    "ChapterPlan",
    "ChapterScript",
    "Clip",
    "Cue",
    "Delivery",
    "Episode",
    "EpisodeRecord",
    "EpisodeRequest",
    "Format",
    "Frozen",
    "Language",
    "Loudness",
    "Measurement",
    "Mix",
    "Outcome",
    "Outline",
    "OutputFormat",
    "Priority",
    "Progress",
    "Reading",
    "Role",
    "RunEnd",
    "Script",
    "Segment",
    "SourceDocument",
    "SourceKind",
    "Speaker",
    "SpeakerRequest",
    "StageTiming",
    "Transcript",
    "Voice",
    "WriterName",
    "count_words",
    "slug",
]

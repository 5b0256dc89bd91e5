"""The things Podloom talks about. Frozen, JSON-able, no I/O.

podcast (a show, one feed) > episode (one audio file) > chapter (a titled span) > segment (one speaker's
uninterrupted words: the unit of synthesis, of caching and of the transcript). A speaker has a voice. An
outline is the chapters before there is text. A clip is the audio of one segment. (Some projects call a
chapter a "segment"; here it is the reverse, on purpose.)
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "ko"]
Format = Literal["conversation", "interview", "narration"]
Role = Literal["host", "guest", "expert", "narrator"]
Priority = Literal["breaking", "normal", "backfill"]
OutputFormat = Literal["mp3", "m4a", "opus"]
WriterName = Literal["auto", "openai", "offline"]
SourceKind = Literal["text", "markdown", "html", "pdf", "subtitles", "audio"]


class Frozen(BaseModel):
    """Base of all domain types."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what is asked for -------------------------------------------------------------------------------


class SpeakerRequest(Frozen):
    """A speaker as asked for; what is left empty is cast by Podloom."""

    name: str = Field(
        default="", max_length=40, title="Name", description="As spoken and as shown in the transcript."
    )
    voice: str = Field(
        default="",
        max_length=200,
        title="Voice",
        description="A voice of the engine (see `podloom voices`). Empty: one that fits is chosen.",
    )
    role: Role = Field(default="host", title="Role", description="What this speaker does in the episode.")


class EpisodeRequest(Frozen):
    """One episode: what to make it from, how it should sound, what to write."""

    sources: tuple[str, ...] = Field(
        default=(),
        title="Sources",
        description="Web addresses, paths of text, Markdown or PDF files, or the text itself. One a line.",
        json_schema_extra={"position": 0},
    )
    title: str = Field(
        default="",
        max_length=200,
        title="Episode title",
        description="Empty: taken from the sources or chosen by the writer.",
        json_schema_extra={"position": 1},
    )
    language: Language = Field(
        default="en",
        title="Language",
        description="The language that is spoken, whatever the sources are in.",
        json_schema_extra={"position": 2},
    )
    format: Format = Field(
        default="conversation",
        title="Format",
        description="Two hosts talking, one asking the other, or one voice alone.",
        json_schema_extra={"position": 3},
    )
    minutes: float = Field(
        default=5.0,
        ge=0.5,
        le=180,
        title="Minutes",
        description="Length to aim for. The episode's manifest says what it became.",
        json_schema_extra={"position": 4},
    )
    speakers: tuple[SpeakerRequest, ...] = Field(
        default=(),
        max_length=4,
        title="Speakers",
        description="Up to four. Empty: a cast that fits the format and the language.",
        json_schema_extra={"position": 5},
    )
    podcast: str = Field(
        default="Podloom",
        min_length=1,
        max_length=100,
        title="Podcast",
        description="The show this episode belongs to.",
        json_schema_extra={"position": 6},
    )
    instructions: str = Field(
        default="",
        max_length=4000,
        title="Instructions",
        description="Audience, tone, what to stress or leave out. Goes to the writer as it is.",
        json_schema_extra={"position": 7},
    )
    engine: str = Field(
        default="auto",
        max_length=40,
        title="Speech engine",
        description="auto, kokoro, openai, coqui, piper or tone. auto takes the best that is ready to use.",
        json_schema_extra={"position": 8},
    )
    writer: WriterName = Field(
        default="auto",
        title="Writer",
        description="openai: a model server. offline: an extractive draft without any server. "
        "auto: the server if one is set.",
        json_schema_extra={"position": 9},
    )
    priority: Priority = Field(
        default="normal",
        title="Priority",
        description="Whose lines are voiced first when several episodes are made at once.",
        json_schema_extra={"position": 10},
    )
    formats: tuple[OutputFormat, ...] = Field(
        default=("mp3",),
        min_length=1,
        title="Audio formats",
        description="mp3 is what podcast apps read; m4a and opus come beside it.",
        json_schema_extra={"position": 11},
    )
    music: bool = Field(
        default=True,
        title="Music",
        description="A short intro, a sting between chapters and an outro.",
        json_schema_extra={"position": 12},
    )
    intro: str = Field(
        default="",
        max_length=1000,
        title="Own intro",
        description="Path of a sound file that replaces the intro.",
        json_schema_extra={"position": 13},
    )
    outro: str = Field(
        default="",
        max_length=1000,
        title="Own outro",
        description="Path of a sound file that replaces the outro.",
        json_schema_extra={"position": 14},
    )
    cover: str = Field(
        default="",
        max_length=1000,
        title="Own cover",
        description="Path of a square JPEG or PNG, 1400 to 3000 pixels. Empty: one is drawn.",
        json_schema_extra={"position": 15},
    )
    disclosure: bool = Field(
        default=True,
        title="Say that voices are synthetic",
        description="A spoken line, a sentence in the description and a tag in the feed. "
        "Directories require it.",
        json_schema_extra={"position": 16},
    )
    out: str = Field(
        default="out",
        min_length=1,
        max_length=1000,
        title="Output folder",
        description="The episode gets a folder of its own inside.",
        json_schema_extra={"position": 17},
    )
    seed: int = Field(
        default=7,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Same sources, settings and seed: same episode, where the models allow it.",
        json_schema_extra={"position": 18},
    )
    script: str = Field(
        default="",
        max_length=1000,
        title="Edited script",
        description="Path of a script.json: its lines are voiced as they are, only changed ones anew. "
        "Sources are not needed then.",
        json_schema_extra={"position": 19},
    )


# --- sources ----------------------------------------------------------------------------------------


class SourceDocument(Frozen):
    """The readable text of one source; paragraphs are separated by empty lines."""

    kind: SourceKind
    origin: str
    """Where it came from: an address, a path, or "text"."""
    title: str
    language: str
    """ISO 639-1 code of the text's language, "und" when it cannot be told."""
    text: str
    sha256: str
    """Of `text` in UTF-8; a source's identity in cache keys and in the manifest."""

    @property
    def words(self) -> int:
        """Number of words; for scripts without spaces an estimate."""
        return count_words(self.text)


SPACELESS = r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff65]"
"""Characters of scripts that are written without spaces, with their punctuation."""


def count_words(text: str) -> int:
    """Words separated by white space (Korean: eojeol); of Chinese and Japanese two characters are one."""
    spaceless = len(re.findall(SPACELESS, text))
    return len(re.sub(SPACELESS, " ", text).split()) + (spaceless + 1) // 2


# --- script -----------------------------------------------------------------------------------------


class Voice(Frozen):
    """A voice of an engine, for one language."""

    engine: str
    id: str
    language: Language
    label: str = ""
    gender: Literal["female", "male", "neutral", "unknown"] = "unknown"
    pitch_hz: float | None = None
    """Mean fundamental frequency, where it was measured."""
    words_per_minute: float = 150.0
    """Measured speaking rate; word budgets are computed from it."""
    licence: str = ""


class Speaker(Frozen):
    """Somebody in the script, with the voice that speaks for them."""

    name: str
    role: Role
    voice: Voice


class ChapterPlan(Frozen):
    """A chapter before there is text."""

    index: int
    title: str
    key_points: tuple[str, ...]
    words: int
    """Budget for the chapter's spoken words."""
    sources: tuple[int, ...] = ()
    """Indices of the source passages this chapter is written from."""
    point: str = ""
    """What the chapter says, in one sentence; known before the key points are."""


class Outline(Frozen):
    """The chapters before there is text; every key point is assigned to exactly one chapter."""

    title: str
    summary: str
    chapters: tuple[ChapterPlan, ...]


class Delivery(Frozen):
    """How a line is said, as a hint: engines and mixer do what they can and leave the rest out."""

    pause: Literal["none", "short", "long"] = "none"
    """Before the line, in addition to the usual gap."""
    emphasis: Literal["none", "strong"] = "none"
    mood: Literal["neutral", "cheerful", "serious", "curious"] = "neutral"


class Segment(Frozen):
    """One speaker's uninterrupted words, at their place in the episode."""

    chapter: int
    index: int
    """Within the chapter, from 0."""
    speaker: str
    text: str
    delivery: Delivery = Delivery()

    @property
    def label(self) -> str:
        """For people: chapter and line, counted from one."""
        return f"chapter {self.chapter + 1}, line {self.index + 1}"


class ChapterScript(Frozen):
    """What is spoken in one chapter."""

    index: int
    title: str
    segments: tuple[Segment, ...]


class Script(Frozen):
    """What is spoken in an episode; editable, and enough to voice it again."""

    title: str
    summary: str
    language: Language
    draft: bool
    """True when no model wrote it: an extractive draft."""
    speakers: tuple[Speaker, ...] = ()
    """The cast with its voices, so that an edited script is voiced as before."""
    chapters: tuple[ChapterScript, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments in playback order."""
        return tuple(segment for chapter in self.chapters for segment in chapter.segments)


# --- audio ------------------------------------------------------------------------------------------


class Clip(Frozen):
    """The audio of one segment in the clip store: mono FLAC, at the engine's own rate."""

    sha256: str
    """Of the samples; its name in the clip store."""
    path: str
    duration_s: float
    sample_rate: int
    cached: bool = False


class Cue(Frozen):
    """A segment at its time in the finished file."""

    segment: Segment
    start_s: float
    end_s: float


class ChapterMark(Frozen):
    """A titled span of the finished file; marks touch, the first begins at 0."""

    title: str
    start_s: float
    end_s: float


class Transcript(Frozen):
    """Everything that is spoken, timed by the mixer."""

    language: Language
    cues: tuple[Cue, ...]


class Loudness(Frozen):
    """Measured on the decoded file, as heard (mono counts for two loudspeakers)."""

    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float


class Measurement(Frozen):
    """What one decode of an encoded file shows."""

    duration_s: float
    frames: int
    sample_rate: int
    channels: int
    loudness: Loudness
    clipped_samples: int
    """Full-scale ones with another next to them; one alone may be a true peak."""
    dc: float
    """Mean of all samples."""
    long_silences: tuple[tuple[float, float], ...]
    """Start and length in seconds of what is 1.5 s or longer."""
    noise_floor_dbfs: float


class Mix(Frozen):
    """What the mixer made: files without tags yet, and the timeline they share."""

    duration_s: float
    frames: int
    """Per channel, at `sample_rate`."""
    sample_rate: int
    cues: tuple[Cue, ...]
    marks: tuple[ChapterMark, ...]
    levels: tuple[float, ...]
    """RMS per 100 ms of the programme, 0 to 1: the waveform for covers and players."""


# --- the result -------------------------------------------------------------------------------------


class Episode(Frozen):
    """A finished episode on disk."""

    id: str
    run_id: str
    podcast: str
    title: str
    summary: str
    language: Language
    draft: bool
    folder: str
    files: dict[str, str]
    """Role ("mp3", "vtt", "manifest", ...) to file name inside `folder`."""
    duration_s: float
    asked_s: float
    loudness: Loudness
    chapters: tuple[ChapterMark, ...]
    segments: int
    engine: str
    writer: str
    seconds: float
    """Wall time of the run."""
    cache_hits: dict[str, str]
    """Tier to "hits/lookups"."""
    published_at: str
    """ISO 8601, UTC."""


class StageTiming(Frozen):
    """One stage of one run; `start_s` counts from the start of the run."""

    name: str
    start_s: float
    duration_s: float


class EpisodeRecord(Frozen):
    """Everything the database keeps of a finished episode; written in one transaction."""

    episode: Episode
    request: EpisodeRequest
    speakers: tuple[Speaker, ...]
    sources: tuple[SourceDocument, ...]
    script: Script
    clips: tuple[Clip, ...]
    """One for each of `script.segments`, in the same order."""
    cues: tuple[Cue, ...]
    """Likewise."""
    timings: tuple[StageTiming, ...]
    counters: dict[str, float]
    """Tokens, calls, characters, cache hits, cost."""


class Progress(Frozen):
    """What a run is doing; sent at every change, throttled by whoever shows it."""

    stage: str
    """plan, sources, outline, script, voices, mix, publish, record or done."""
    message: str
    chapters: int = 0
    chapters_done: int = 0
    segments: int = 0
    """Known so far; grows while chapters are being written."""
    segments_done: int = 0
    audio_s: float = 0.0
    cache_hits: int = 0
    elapsed_s: float = 0.0


def slug(title: str) -> str:
    """A folder name from a title: letters and digits of any script, joined by hyphens; never empty."""
    joined = "-".join(re.findall(r"\w+", title.lower().replace("_", " ")))
    return joined[:80].strip("-") or "episode"

"""What is asked for. Its JSON schema is the form in Prefect's UI."""

from __future__ import annotations

from pydantic import Field

from podloom.domain.base import Format, Frozen, Language, OutputFormat, Priority, Role, WriterName


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

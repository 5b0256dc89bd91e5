"""What is asked for. Its JSON schema is the form in Prefect's UI; `position` orders the fields there."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from podloom.domain.base import Format, Frozen, Language, OutputFormat, Priority, Role, WriterName
from podloom.domain.deadline import checked, due, written_out

SHORTEST_CHAPTER_MINUTES = 0.5
LONGEST_CHAPTER_MINUTES = 15.0
"""Models do not write more than this in one piece without repeating themselves."""


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
    tone: str = Field(
        default="",
        max_length=300,
        title="Tone",
        description="How this speaker sounds, in words: warm and unhurried. For voices that take "
        "instructions (OpenAI's gpt models); others leave it out.",
    )


class EpisodeRequest(Frozen):
    """One episode: what to make it from, how it should sound, what to write."""

    sources: tuple[str, ...] = Field(
        default=(),
        title="Sources",
        # The form calls it optional: a request with an edited script has none.
        description="Needed, unless there is an edited script: web addresses, the text itself, or paths of"
        " files (text, Markdown, PDF, subtitles, recordings) on the machine that makes the episode; each an"
        " item of its own.",
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
        description="The language that is spoken, whatever the sources are in: en English, ko Korean.",
        json_schema_extra={"position": 2},
    )
    format: Format = Field(
        default="conversation",
        title="Format",
        description="conversation: two hosts talk. interview: one asks the other. narration: one voice.",
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
    chapters: int = Field(
        default=0,
        ge=0,
        le=20,
        title="Chapters",
        description="How many; 0: as many as suit the length and the sources.",
        json_schema_extra={"position": 5},
    )
    speakers: tuple[SpeakerRequest, ...] = Field(
        default=(),
        max_length=4,
        title="Speakers",
        description="Up to four. Empty: a cast that fits the format and the language.",
        json_schema_extra={"position": 6},
    )
    podcast: str = Field(
        default="Podloom",
        min_length=1,
        max_length=100,
        title="Podcast",
        description="The show this episode belongs to.",
        json_schema_extra={"position": 7},
    )
    instructions: str = Field(
        default="",
        max_length=4000,
        title="Instructions",
        description="Audience, tone, what to stress or leave out. Goes to the writer as it is.",
        json_schema_extra={"position": 8},
    )
    review: bool = Field(
        default=False,
        title="Review the script",
        description="The run waits after writing until somebody approves, edits or rejects the script."
        " Nothing is voiced before.",
        json_schema_extra={"position": 9},
    )
    writer: WriterName = Field(
        default="auto",
        title="Writer",
        description="openai: a model server. offline: an extractive draft without any server. "
        "auto: the server if one is set.",
        json_schema_extra={"position": 10},
    )
    engine: str = Field(
        default="auto",
        max_length=40,
        title="Speech engine",
        description="auto takes the best that is ready to use; `podloom voices` lists the others by name.",
        json_schema_extra={"position": 11},
    )
    pronunciations: tuple[str, ...] = Field(
        default=(),
        max_length=500,
        title="Pronunciations",
        description="How words are said, WORD=RESPELLING or, for engines that take it, WORD=/IPA/: "
        "nginx=engine ex. Each an item of its own; they come on top of those of the settings.",
        json_schema_extra={"position": 12},
    )
    formats: tuple[OutputFormat, ...] = Field(
        default=("mp3",),
        min_length=1,
        title="Audio formats",
        description="mp3 is what podcast apps read; m4a and opus come beside it.",
        json_schema_extra={"position": 13},
    )
    music: bool = Field(
        default=True,
        title="Music",
        description="A short intro, a sting between chapters and an outro.",
        json_schema_extra={"position": 14},
    )
    intro: str = Field(
        default="",
        max_length=1000,
        title="Own intro",
        description="Path of a sound file on the machine that makes the episode; its first 30 s are used."
        " Empty: Podloom's own music.",
        json_schema_extra={"position": 15},
    )
    outro: str = Field(
        default="",
        max_length=1000,
        title="Own outro",
        description="As the intro, at the end.",
        json_schema_extra={"position": 16},
    )
    cover: str = Field(
        default="",
        max_length=1000,
        title="Own cover",
        description="Path of a square JPEG or PNG, 1400 to 3000 pixels. Empty: one is drawn.",
        json_schema_extra={"position": 17},
    )
    disclosure: bool = Field(
        default=True,
        title="Say that voices are synthetic",
        description="A spoken line, a sentence in the description and a tag in the feed. "
        "Directories require it.",
        json_schema_extra={"position": 18},
    )
    out: str = Field(
        default="out",
        min_length=1,
        max_length=1000,
        title="Output folder",
        description="On the machine that makes the episode, which gets a folder of its own inside.",
        json_schema_extra={"position": 19},
    )
    priority: Priority = Field(
        default="normal",
        title="Priority",
        description="Whose lines are voiced first when several episodes are made at once: breaking before "
        "normal before backfill.",
        json_schema_extra={"position": 20},
    )
    deadline: str = Field(
        default="",
        max_length=40,
        title="Deadline",
        description="When it has to be done: a time with its zone (2026-11-21T18:00+09:00), or minutes from"
        " the start of the run. Among episodes of one priority the nearest comes first. Empty: none.",
        json_schema_extra={"position": 21},
    )
    seed: int = Field(
        default=7,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Same sources, settings and seed: same episode, where the models allow it.",
        json_schema_extra={"position": 22},
    )
    script: str = Field(
        default="",
        max_length=1000,
        title="Edited script",
        description="Path of a script.json: its lines are voiced as they are, only changed ones anew. "
        "Sources are not needed then.",
        json_schema_extra={"position": 23},
    )

    @field_validator("chapters")
    @classmethod
    def _fit_the_minutes(cls, chapters: int, known: ValidationInfo) -> int:
        minutes: float = known.data.get("minutes", 0.0)  # absent when it was refused itself
        least = math.ceil(minutes / LONGEST_CHAPTER_MINUTES)
        most = max(1, math.floor(minutes / SHORTEST_CHAPTER_MINUTES))
        if chapters and minutes and not least <= chapters <= most:
            raise PydanticCustomError(
                "chapters",
                "{minutes} minutes have room for {least} to {most} chapters; change one of the two",
                {"minutes": f"{minutes:g}", "least": least, "most": min(20, most)},
            )
        return chapters

    @field_validator("pronunciations")
    @classmethod
    def _are_pronunciations(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            word, _, spelling = map(str.strip, entry.partition("="))
            if not (word and spelling):
                raise PydanticCustomError(
                    "pronunciation",
                    "{entry} is no pronunciation; write WORD=RESPELLING, or WORD=/IPA/",
                    {"entry": repr(entry)},
                )
        return entries

    @field_validator("deadline", mode="before")
    @classmethod
    def _written_out(cls, deadline: Any) -> Any:
        return written_out(deadline)

    @field_validator("deadline")
    @classmethod
    def _is_a_deadline(cls, deadline: str) -> str:
        return checked(deadline)

    def dated(self, start: datetime) -> EpisodeRequest:
        """The same with a deadline that no longer depends on when the run begins."""
        time = due(self.deadline, start)
        written = time.isoformat(timespec="seconds") if time else ""
        return self if written == self.deadline else self.model_copy(update={"deadline": written})

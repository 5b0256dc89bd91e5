"""The protocol of transcribers and the table of those there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from podloom.domain import Frozen
from podloom.errors import SettingsError, SourceError
from podloom.settings import Settings

PAUSE_S = 1.5
PARAGRAPH_WORDS = 120


class HeardWord(Frozen):
    """One word at its time in the recording."""

    text: str
    start_s: float
    end_s: float
    probability: float


class HeardSegment(Frozen):
    """A few words that were recognised together."""

    text: str
    start_s: float
    end_s: float
    words: tuple[HeardWord, ...] = ()


class Transcription(Frozen):
    """What is said in a recording; JSON-able, so that it can be cached."""

    text: str
    """Paragraphs separated by empty lines; empty when nobody speaks."""
    language: str
    """ISO 639-1, "und" when nobody speaks."""
    segments: tuple[HeardSegment, ...]
    duration_s: float
    """Of the recording."""


class TranscriptionTimeoutError(SourceError):
    """Raised when recognition takes far longer than speech does, as it does on noise."""


@runtime_checkable
class Transcriber(Protocol):
    """Turns a recording into text; built once a process, safe to call from many tasks."""

    name: str
    """Its key in TRANSCRIBERS."""
    version: str
    """Model and settings; part of the cache key."""

    async def load(self) -> None:
        """Load the model; may be called again at no cost.

        Raises:
            MissingDependencyError: Its extra is not installed.
        """
        ...

    async def transcribe(self, path: Path, language: str | None = None) -> Transcription:
        """The words in a sound file; `language` None is told from the recording.

        Raises:
            SourceError: The file holds no sound that can be decoded.
            TranscriptionTimeoutError: It takes too long.
        """
        ...

    async def close(self) -> None:
        """Give back threads and the model."""
        ...


TRANSCRIBERS: dict[str, str] = {"whisper": "podloom.stt.whisper:WhisperTranscriber"}
"""Name to "module:class". A new transcriber is one file and one row here."""


def build_transcriber(settings: Settings, name: str = "whisper") -> Transcriber:
    """The transcriber called `name`; nothing is loaded yet.

    Raises:
        SettingsError: There is no such transcriber.
        MissingDependencyError: Its extra is not installed.
    """
    if name not in TRANSCRIBERS:
        raise SettingsError(f"there is no transcriber {name!r}; choose one of {', '.join(TRANSCRIBERS)}")
    module, _, attribute = TRANSCRIBERS[name].partition(":")
    transcriber: Any = getattr(import_module(module), attribute)(settings)
    if not isinstance(transcriber, Transcriber):
        raise TypeError(f"{TRANSCRIBERS[name]} does not follow Transcriber")
    return transcriber


def paragraphs(segments: Sequence[HeardSegment]) -> Iterator[str]:
    """The text of segments in paragraphs that end at a sentence, at a pause or when they are long."""
    paragraph: list[str] = []
    end_s = 0.0
    for segment in segments:
        words = sum(len(text.split()) for text in paragraph)
        pause = segment.start_s - end_s > PAUSE_S or words >= PARAGRAPH_WORDS
        if paragraph and pause and paragraph[-1].endswith((".", "?", "!", "…", "。")):
            yield " ".join(paragraph)
            paragraph = []
        paragraph.append(segment.text.strip())
        end_s = segment.end_s
    if paragraph:
        yield " ".join(paragraph)

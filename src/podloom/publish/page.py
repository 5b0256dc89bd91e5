"""A page to listen on: one HTML file beside the audio, without a server and without outside requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from podloom.domain import ChapterMark, Cue, Language, Transcript
from podloom.publish.chapters import clock
from podloom.publish.description import WORDS, EpisodeNotes, voice_credits
from podloom.publish.templates import page_template
from podloom.publish.transcripts import spans
from podloom.publish.wrapping import plain
from podloom.text.sentences import split_sentences

if TYPE_CHECKING:
    from jinja2 import Template

AUDIO_TYPES: Mapping[str, str] = MappingProxyType(
    {"mp3": "audio/mpeg", "m4a": "audio/mp4", "opus": "audio/ogg; codecs=opus"}
)
DOWNLOADS: Mapping[str, str] = MappingProxyType(
    {"mp3": "MP3", "m4a": "M4A", "opus": "Opus", "vtt": "WebVTT", "srt": "SRT", "transcript": "JSON"}
)
LABELS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "cover": "Cover",
            "player": "Player",
            "back": "Back 15 seconds",
            "forward": "Forward 30 seconds",
            "speed": "Speed",
            "follow": "Follow along",
            "transcript": "Transcript",
            "downloads": "Downloads",
            "skip": "Skip to the transcript",
            "no_audio": "This browser cannot play the file; download it below.",
            "minutes": "{} min",
        },
        "ko": {
            "cover": "표지",
            "player": "재생",
            "back": "15초 뒤로",
            "forward": "30초 앞으로",
            "speed": "속도",
            "follow": "따라 읽기",
            "transcript": "대본",
            "downloads": "내려받기",
            "skip": "대본으로 건너뛰기",
            "no_audio": "이 브라우저에서는 재생할 수 없습니다. 아래에서 파일을 내려받으세요.",
            "minutes": "{}분",
        },
    }
)


@dataclass(frozen=True)
class _Timed:
    text: str
    start_s: float

    @property
    def clock(self) -> str:
        """Without the hour where it is zero."""
        return clock(self.start_s).removeprefix("00:")


@dataclass(frozen=True)
class _Paragraph:
    """One cue: who speaks, and the sentences with their times."""

    heading: str
    """Title of the chapter that begins here, else ""."""
    speaker: str
    colour: int
    sentences: tuple[_Timed, ...]


def load_page() -> None:
    """Compile the template, which takes ten times longer than to fill it in."""
    _template()


def player_page(
    notes: EpisodeNotes,
    transcript: Transcript,
    *,
    podcast: str,
    files: Mapping[str, str],
    duration_s: float,
    published_at: str = "",
) -> str:
    """The whole page.

    Args:
        notes: Title, summary, chapters, cast, sources and labels.
        transcript: Shown by sentence; a sentence's time is its share of its cue.
        podcast: The show's name.
        files: Role ("mp3", "cover", "vtt", ...) to name of a file beside the page.
        duration_s: Of the audio.
        published_at: ISO 8601; "" leaves the date out.
    """
    minutes = LABELS[notes.language]["minutes"].format(max(1, round(duration_s / 60)))
    return _template().render(
        notes=notes,
        podcast=plain(podcast),
        words={**WORDS[notes.language], **LABELS[notes.language]},
        chapters=[_Timed(plain(mark.title), mark.start_s) for mark in notes.marks],
        paragraphs=list(_paragraphs(transcript, notes.marks)),
        audio=[(quote(files[role]), mime) for role, mime in AUDIO_TYPES.items() if role in files],
        downloads=[(quote(files[role]), label) for role, label in DOWNLOADS.items() if role in files],
        cover=quote(files.get("cover", "")),
        credits=voice_credits(notes.speakers),
        published_on=published_at[:10],
        length=minutes,
    )


def _template() -> Template:
    return page_template("publish", "player.html")


def _paragraphs(transcript: Transcript, marks: tuple[ChapterMark, ...]) -> Iterator[_Paragraph]:
    colours: dict[str, int] = {}
    shown = -1
    timed_sentences = spans(transcript, lambda cue: _sentences(cue, transcript.language))
    for cue, group in groupby(timed_sentences, key=lambda span: span.cue):
        timed = tuple(_Timed(span.rows[0], span.start_ms / 1000) for span in group)
        chapter = _chapter_at(marks, timed[0].start_s)
        speaker = plain(cue.segment.speaker)
        yield _Paragraph(
            heading=plain(marks[chapter].title) if chapter > shown else "",
            speaker=speaker,
            colour=colours.setdefault(speaker, len(colours) % 4),
            sentences=timed,
        )
        shown = max(shown, chapter)


def _chapter_at(marks: tuple[ChapterMark, ...], start_s: float) -> int:
    """Index of the last chapter that has begun, -1 if there is none."""
    return sum(mark.start_s <= start_s + 0.01 for mark in marks) - 1


def _sentences(cue: Cue, language: Language) -> list[tuple[str, ...]]:
    return [(sentence,) for sentence in split_sentences(plain(cue.segment.text), language)]

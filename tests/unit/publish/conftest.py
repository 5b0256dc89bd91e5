from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from podloom.domain import ChapterMark, Cue, Language, Segment, Speaker, Transcript, Voice
from podloom.publish.description import EpisodeNotes, SourceLink
from podloom.publish.feed import FeedFile, FeedItem, PodcastInfo

MakeTranscript = Callable[..., Transcript]


@pytest.fixture
def make_transcript() -> MakeTranscript:
    """From (speaker, start_s, end_s, text) rows."""

    def make(*rows: tuple[str, float, float, str], language: Language = "en") -> Transcript:
        cues = tuple(
            Cue(segment=Segment(chapter=0, index=i, speaker=name, text=text), start_s=start, end_s=end)
            for i, (name, start, end, text) in enumerate(rows)
        )
        return Transcript(language=language, cues=cues)

    return make


@pytest.fixture
def marks() -> tuple[ChapterMark, ...]:
    return (
        ChapterMark(title="Intro", start_s=0.0, end_s=62.4),
        ChapterMark(title="Shade & water", start_s=62.4, end_s=3725.9),
        ChapterMark(title="What <b>next</b>?", start_s=3725.9, end_s=4000.0),
    )


@pytest.fixture
def notes(marks: tuple[ChapterMark, ...]) -> EpisodeNotes:
    voice = Voice(engine="tone", id="low", language="en", licence="CC0-1.0")
    return EpisodeNotes(
        title="Trees & streets",
        summary="Trees cool streets. They need water.",
        language="en",
        marks=marks,
        sources=(
            SourceLink(title="A [primer]", url="https://example.org/a?b=1&c=2"),
            SourceLink(title="own.md"),
        ),
        speakers=(
            Speaker(name="Anna", role="host", voice=voice),
            Speaker(name="Ben", role="expert", voice=voice.model_copy(update={"id": "high"})),
        ),
    )


@pytest.fixture
def podcast() -> PodcastInfo:
    return PodcastInfo(
        title="Paper Cast",
        base_url="https://example.org/pod/",
        description="Talks about papers.",
        email="me@example.org",
        category="Science/Life Sciences",
    )


@pytest.fixture
def item(notes: EpisodeNotes) -> FeedItem:
    names = {
        "mp3": ("episode.mp3", "audio/mpeg"),
        "opus": ("episode.opus", "audio/ogg"),
        "vtt": ("episode.vtt", "text/vtt"),
        "srt": ("episode.srt", "application/x-subrip"),
        "transcript": ("transcript.json", "application/json"),
        "chapters": ("chapters.json", "application/json+chapters"),
        "cover": ("cover.jpg", "image/jpeg"),
        "page": ("index.html", "text/html"),
    }
    return FeedItem(
        folder="trees",
        guid="urn:uuid:9b024349-ccf0-5f69-a609-6b82873eab3c",
        notes=notes,
        published_at=datetime(2026, 11, 21, 6, tzinfo=UTC),
        duration_s=4000.4,
        files={role: FeedFile(name=name, bytes=9_700_123, type=mime) for role, (name, mime) in names.items()},
        number=3,
    )


@pytest.fixture
def hangul_font() -> Path:
    """Has 동네 책방 and 가나다 only."""
    return Path(__file__).parents[2] / "fixtures" / "fonts" / "hangul-blocks.ttf"

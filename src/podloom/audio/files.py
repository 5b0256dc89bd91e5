"""From the mixer's raw files to what is published: tags, chapters, cover, exact length; no encoding."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from podloom.audio import id3
from podloom.audio.formats import av_errors, check_formats
from podloom.domain import Language, Mix, OutputFormat
from podloom.errors import AudioError, OutputError

ISO_639_2: dict[Language, str] = {"en": "eng", "ko": "kor"}
GENRE = "Podcast"


@dataclass(frozen=True)
class Tags:
    """What a player shows of an episode."""

    title: str
    podcast: str
    date: date
    comment: str = ""
    language: Language = "en"
    track: int | None = None


def finish_mp3(raw: Path, target: Path, mix: Mix, tags: Tags, cover: bytes = b"") -> None:
    """ID3v2.3 and an Info frame in front of the frames.

    Raises:
        AudioError: `raw` is not what the mixer wrote.
        OutputError: `target` cannot be written.
    """
    with _writing(target):
        size = raw.stat().st_size
        with raw.open("rb") as source, target.open("wb") as out:
            header = source.read(4)
            if len(header) < 4 or header[0] != 0xFF:
                raise AudioError(f"{raw.name!r} holds no MP3 frames; run the mix again")
            source.seek(0)
            out.write(id3.tag(_id3_text(tags), tags.comment, ISO_639_2[tags.language], mix.marks, cover))
            out.write(id3.info_frame(header, size, mix.frames))
            shutil.copyfileobj(source, out, 1 << 20)


def finish_m4a(raw: Path, target: Path, mix: Mix, tags: Tags, cover: bytes = b"") -> None:
    """Chapters, cover and tags in an MP4 whose index is in front.

    Raises:
        MissingDependencyError: PyAV is not installed.
        AudioError: `raw` or `cover` cannot be read.
        OutputError: `target` cannot be written.
    """
    check_formats(("m4a",))
    from podloom.audio.pyav import remux_m4a  # noqa: PLC0415 - optional extra

    track = {"track": str(tags.track)} if tags.track else {}
    metadata = {
        "title": tags.title,
        "artist": tags.podcast,
        "album": tags.podcast,
        "genre": GENRE,
        "date": tags.date.isoformat(),
        "comment": tags.comment,
        **track,
    }
    with _writing(target):
        remux_m4a(raw, target, mix.marks, metadata, ISO_639_2[tags.language], cover)


def finish_opus(raw: Path, target: Path, mix: Mix, tags: Tags, cover: bytes = b"") -> None:
    """Chapters, cover and tags as Vorbis comments; raises what `finish_m4a` raises."""
    check_formats(("opus",))
    from podloom.audio.pyav import remux_opus  # noqa: PLC0415 - optional extra

    track = {"TRACKNUMBER": str(tags.track)} if tags.track else {}
    comments = {
        "TITLE": tags.title,
        "ARTIST": tags.podcast,
        "ALBUM": tags.podcast,
        "GENRE": GENRE,
        "DATE": tags.date.isoformat(),
        "COMMENT": tags.comment,
        "LANGUAGE": ISO_639_2[tags.language],
        **track,
    }
    with _writing(target):
        remux_opus(raw, target, mix.marks, comments, cover)


Finish = Callable[[Path, Path, Mix, Tags, bytes], None]
FINISH: dict[OutputFormat, Finish] = {"mp3": finish_mp3, "m4a": finish_m4a, "opus": finish_opus}
"""Format to the function that finishes it."""


def _id3_text(tags: Tags) -> dict[str, str]:
    return {
        "TIT2": tags.title,
        "TPE1": tags.podcast,
        "TALB": tags.podcast,
        "TCON": GENRE,
        "TYER": f"{tags.date:%Y}",
        "TDAT": f"{tags.date:%d%m}",
        "TLAN": ISO_639_2[tags.language],
        "TRCK": str(tags.track) if tags.track else "",
    }


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """No half-written file is left, and errors say which file."""
    finished = False
    try:
        yield
        finished = True
    except OSError as error:
        raise OutputError(f"cannot write {target.name!r} in {str(target.parent)!r}: {error}") from error
    except av_errors() as error:
        raise AudioError(f"cannot finish {target.name!r}: {error}") from error
    finally:
        if not finished:
            target.unlink(missing_ok=True)


__all__ = ["FINISH", "Tags", "check_formats", "finish_m4a", "finish_mp3", "finish_opus"]

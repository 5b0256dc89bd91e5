"""What a run's page says, as plain values: percent, sentence, tables, Markdown. No Prefect in here."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from podloom.domain import Clip, Cue, Episode
from podloom.domain.progress import clock, count_of, shortened
from podloom.settings import Settings
from podloom.stages.lines import VoicedLine
from podloom.stages.live import shown_at
from podloom.stages.run import Run
from podloom.tasks.hidden import hidden

Row = dict[str, Any]
THUMBNAIL_PIXELS = 480
FILES = {
    "mp3": "the episode, with chapters and tags",
    "m4a": "the episode as AAC, with chapters",
    "opus": "the episode as Opus",
    "vtt": "captions for web players and podcast apps",
    "srt": "captions for video editors",
    "transcript": "the transcript, for podcast apps",
    "chapters": "the chapters, for podcast apps",
    "script": "the script; edit it and run revoice",
    "cover": "the cover",
    "waveform": "loud and quiet, with the chapters",
    "description": "the show notes",
    "page": "the player page",
    "manifest": "everything that is known about the episode",
}
"""What the files of an episode are for."""


def chapter_rows(run: Run, episode: Episode) -> list[Row]:
    """One row a chapter: its place in the episode, its lines, what came from the cache, how long it took."""
    seconds = {timing.name: timing.duration_s for timing in run.telemetry.timings}
    rows = []
    for index, mark in enumerate(episode.chapters):
        lines = _lines(run, index)
        hits = sum(line.clip.result().cached for line in lines)
        took = seconds.get(f"chapter {index + 1}")
        rows.append(
            {
                "Chapter": index + 1,
                "Title": mark.title,
                "Starts": clock(mark.start_s),
                "Length": clock(mark.end_s - mark.start_s),
                "Lines": len(lines),
                "From the cache": f"{hits}/{len(lines)}",
                "Made in": "" if took is None else f"{took:.1f} s",
            }
        )
    return rows


def clip_rows(run: Run, cues: Sequence[Cue]) -> list[Row]:
    """One row a line: when it is heard, who says it, for how long, and how long its clip took to make.

    Cells do not wrap, so a line is cut; the transcript has all of it.
    """
    rows = []
    for cue in cues:
        segment = cue.segment
        clip = _lines(run, segment.chapter)[segment.index].clip.result()
        rows.append(
            {
                "Line": f"{segment.chapter + 1}.{segment.index + 1}",
                "Starts": clock(cue.start_s),
                "Seconds": round(clip.duration_s, 2),
                "Speaker": segment.speaker,
                "From the cache": "yes" if clip.cached else "no",
                "Made in": _took(run, clip),
                "Text": shortened(segment.text),
            }
        )
    return rows


def _took(run: Run, clip: Clip) -> str:
    """Of a clip from the cache nothing: it took no time now."""
    made_s = None if clip.cached else run.made_s.get(clip.sha256)
    return "" if made_s is None else f"{made_s:.1f} s"


def summary(run: Run, episode: Episode) -> str:
    """The episode on one page, as Markdown: facts, files, timings, notes."""
    hits = ", ".join(f"{tier} {found}" for tier, found in episode.cache_hits.items())
    loudness = episode.loudness
    facts = {
        "Length": f"{clock(episode.duration_s)} of {clock(episode.asked_s)} asked",
        "Contents": f"{count_of(len(episode.chapters), 'chapter')}, {count_of(episode.segments, 'line')}",
        "Voices": f"{episode.engine}: {', '.join(f'{s.name} = {s.voice.id}' for s in run.speakers)}",
        "Writer": episode.writer + (" (draft: no language model wrote it)" if episode.draft else ""),
        "Loudness": f"{loudness.integrated_lufs:.1f} LUFS, peak {loudness.true_peak_dbtp:.1f} dBTP",
        "From the cache": hits,
        "Made in": f"{episode.seconds:.1f} s",
        "Folder": f"`{episode.folder}`",
    }
    rows = [[name, _plain(value)] for name, value in facts.items()]
    timings = [[timing.name, f"{timing.duration_s:.2f}"] for timing in run.telemetry.timings]
    parts = [
        f"# {_plain(episode.title)}",
        _plain(episode.summary),
        _table(["Podcast", _plain(episode.podcast)], rows),
        f"**[Listen and read along]({_link(run, episode, 'page')})**",
        "## Files",
        _table(["File", "For"], _files(run, episode)),
        "## Where the time went",
        _table(["Stage", "Seconds"], timings),
    ]
    if run.telemetry.notes:
        parts += ["## Notes", "\n".join(f"- {_plain(note)}" for note in run.telemetry.notes)]
    return "\n\n".join([*filter(None, parts), hidden("episode", episode.model_dump_json())]) + "\n"


def thumbnail(cover: Path) -> str:
    """The cover, small enough to lie inside the artifact itself: the browser may not see this disk."""
    from PIL import Image  # noqa: PLC0415 - only at the end of a run

    with Image.open(cover) as picture:
        picture.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        small = io.BytesIO()
        picture.convert("RGB").save(small, "JPEG", quality=80)
    return _inside(small.getvalue(), "image/jpeg")


def waveform(picture: Path) -> str:
    """The waveform, which is small enough as it is."""
    return _inside(picture.read_bytes(), "image/png")


def _inside(picture: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"


def link_to(address: str) -> str:
    """What a browser opens: an address as it is, a path as a file of the machine that has it."""
    return address if "://" in address else Path(address).as_uri()


def link_to_file(settings: Settings, path: Path) -> str:
    """Public address where there is one, else the library's, else the file on the machine that made it."""
    if base := settings.feed.base_url.strip().rstrip("/"):
        return f"{base}/{quote(path.parent.name)}/{quote(path.name)}"
    library = shown_at(settings, path.parent)
    return library + quote(path.name) if library else path.as_uri()


def _lines(run: Run, chapter: int) -> tuple[VoicedLine, ...]:
    return run.lines(chapter).known()


def _files(run: Run, episode: Episode) -> list[list[str]]:
    return [[f"[{name}]({_link(run, episode, kind)})", FILES[kind]] for kind, name in episode.files.items()]


def _link(run: Run, episode: Episode, kind: str) -> str:
    return link_to_file(run.settings, Path(episode.folder) / episode.files[kind])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """One line, with nothing that ends a table's cell."""
    return " ".join(text.replace("|", "\\|").split())

"""What a run's page says, as plain values: percent, sentence, tables, Markdown. No Prefect in here."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from podloom.domain import Cue, Episode, Progress
from podloom.stages.lines import VoicedLine
from podloom.stages.run import Run

Row = dict[str, Any]
BEGINS = {
    "plan": 0.0,
    "sources": 1.0,
    "outline": 4.0,
    "script": 10.0,
    "voices": 10.0,
    "mix": 90.0,
    "publish": 94.0,
    "record": 98.0,
    "done": 100.0,
}
"""Percent at which a stage begins; chapters and clips are most of a run."""
CLIPS_WEIGHT = 0.8
"""Of the part between the outline and the mix; the rest are chapters."""
THUMBNAIL_PIXELS = 480


def percent(progress: Progress) -> float:
    """How far a run is, from 0 to 100, with one decimal."""
    begin = BEGINS.get(progress.stage, 0.0)
    if progress.stage not in {"script", "voices"}:
        return begin
    clips = _share(progress.segments_done, progress.segments)
    chapters = _share(progress.chapters_done, progress.chapters)
    # Lines that are not known yet count as not voiced: half of the chapters known is at most half.
    voiced = min(clips, 1.0 if chapters == 1.0 else 0.95)
    return round(begin + (BEGINS["mix"] - begin) * (CLIPS_WEIGHT * voiced + (1 - CLIPS_WEIGHT) * chapters), 1)


def sentence(progress: Progress) -> str:
    """What is being done, and how much of it is done."""
    parts = [progress.message]
    if progress.chapters:
        parts.append(f"chapters {progress.chapters_done}/{progress.chapters}")
    if progress.segments:
        parts.append(f"clips {progress.segments_done}/{progress.segments}")
    if progress.audio_s:
        parts.append(f"{clock(progress.audio_s)} of speech")
    if progress.cache_hits:
        parts.append(f"{progress.cache_hits} from the cache")
    return " · ".join([*parts, f"{progress.elapsed_s:.0f} s"])


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
    """One row a line: when it is heard, who says it, for how long, and whether its clip was there already."""
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
                "Text": segment.text,
            }
        )
    return rows


def summary(run: Run, episode: Episode) -> str:
    """The episode on one page, as Markdown: facts, files, timings, notes."""
    hits = ", ".join(f"{tier} {found}" for tier, found in episode.cache_hits.items())
    loudness = episode.loudness
    facts = {
        "Podcast": episode.podcast,
        "Length": f"{clock(episode.duration_s)} of {clock(episode.asked_s)} asked",
        "Chapters and lines": f"{len(episode.chapters)} and {episode.segments}",
        "Voices": f"{episode.engine}: {', '.join(f'{s.name} = {s.voice.id}' for s in run.speakers)}",
        "Writer": episode.writer + (" (draft: no language model wrote it)" if episode.draft else ""),
        "Loudness": f"{loudness.integrated_lufs:.1f} LUFS, peak {loudness.true_peak_dbtp:.1f} dBTP",
        "From the cache": hits,
        "Made in": f"{episode.seconds:.1f} s",
        "Folder": f"`{episode.folder}`",
    }
    timings = [[timing.name, f"{timing.duration_s:.2f}"] for timing in run.telemetry.timings]
    parts = [
        f"# {_plain(episode.title)}",
        _plain(episode.summary),
        _table(["", ""], [[name, _plain(value)] for name, value in facts.items()]),
        f"**[Listen and read along]({_link(run, episode, 'page')})**",
        "## Files",
        _table(["File", "For"], _files(run, episode)),
        "## Where the time went",
        _table(["Stage", "Seconds"], timings),
    ]
    if run.telemetry.notes:
        parts += ["## Notes", "\n".join(f"- {_plain(note)}" for note in run.telemetry.notes)]
    return "\n\n".join(filter(None, parts)) + "\n"


def thumbnail(cover: Path) -> str:
    """The cover, small enough to lie inside the artifact itself: the browser may not see this disk."""
    from PIL import Image  # noqa: PLC0415 - only at the end of a run

    with Image.open(cover) as picture:
        picture.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        small = io.BytesIO()
        picture.convert("RGB").save(small, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(small.getvalue()).decode()


def clock(seconds: float) -> str:
    """75 -> "1:15"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _lines(run: Run, chapter: int) -> tuple[VoicedLine, ...]:
    return run.lines(chapter).known()


def _files(run: Run, episode: Episode) -> list[list[str]]:
    return [[f"[{name}]({_link(run, episode, kind)})", kind] for kind, name in episode.files.items()]


def _link(run: Run, episode: Episode, kind: str) -> str:
    """Public address where there is one, else the file on the machine that made it."""
    path = Path(episode.folder) / episode.files[kind]
    base = run.settings.feed.base_url.strip().rstrip("/")
    return f"{base}/{quote(path.parent.name)}/{quote(path.name)}" if base else path.as_uri()


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """One line, with nothing that ends a table's cell."""
    return " ".join(text.replace("|", "\\|").split())


def _share(done: int, total: int) -> float:
    return min(1.0, done / total) if total else 0.0

"""An episode record as rows, and rows as an episode record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from podloom.domain import (
    ChapterMark,
    ChapterScript,
    Clip,
    Cue,
    Delivery,
    Episode,
    EpisodeRecord,
    EpisodeRequest,
    Loudness,
    RunEnd,
    Script,
    Segment,
    SourceDocument,
    Speaker,
    StageTiming,
)

Row = dict[str, Any]
COPIED = (
    "id",
    "run_id",
    "podcast",
    "title",
    "summary",
    "language",
    "draft",
    "folder",
    "files",
    "duration_s",
    "asked_s",
    "segments",
    "engine",
    "writer",
    "seconds",
    "cache_hits",
    "published_at",
)
"""Fields of Episode that are columns of the same name."""


def request_columns(request: EpisodeRequest) -> Row:
    """What a run was asked for, and the digest that the same request has."""
    asked = request.model_dump(mode="json")
    return {"request": asked, "request_digest": request_digest(asked)}


def request_digest(asked: Mapping[str, Any]) -> str:
    """Of a request as JSON, in whatever order."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def run_row(record: EpisodeRecord) -> Row:
    """The run, done."""
    return {
        "id": record.episode.run_id,
        "state": "done",
        "error": "",
        **request_columns(record.request),
        "folder": record.episode.folder,
        "episode_id": record.episode.id,
        "finished_at": datetime.now(UTC),
    }


def episode_row(record: EpisodeRecord) -> Row:
    """The episode itself."""
    episode = record.episode
    return {
        **{name: getattr(episode, name) for name in COPIED},
        **episode.loudness.model_dump(),
        "marks": [mark.model_dump() for mark in episode.chapters],
        "speakers": [speaker.model_dump() for speaker in record.speakers],
        "script_title": record.script.title,
        "script_summary": record.script.summary,
        "script_speakers": [speaker.model_dump() for speaker in record.script.speakers],
    }


def chapter_rows(record: EpisodeRecord) -> list[Row]:
    """Chapters of the script, with the time from their first to their last word."""
    rows = []
    for chapter in record.script.chapters:
        cues = [cue for cue in record.cues if cue.segment.chapter == chapter.index]
        rows.append(
            {
                "episode_id": record.episode.id,
                "position": chapter.index,
                "title": chapter.title,
                "start_s": cues[0].start_s if cues else None,
                "end_s": cues[-1].end_s if cues else None,
            }
        )
    return rows


def segment_rows(record: EpisodeRecord) -> list[Row]:
    """Segments in playback order, with their clip and their time."""
    return [
        {
            "episode_id": record.episode.id,
            "position": position,
            "chapter": segment.chapter,
            "line": segment.index,
            "speaker": segment.speaker,
            "text": segment.text,
            "delivery": segment.delivery.model_dump(exclude_defaults=True),
            "clip": clip.sha256,
            "cached": clip.cached,
            "start_s": cue.start_s,
            "end_s": cue.end_s,
        }
        for position, (segment, clip, cue) in enumerate(
            zip(record.script.segments, record.clips, record.cues, strict=True)
        )
    ]


def clip_rows(record: EpisodeRecord) -> list[Row]:
    """Each clip once, sorted: writers that share clips then lock them in the same order."""
    clips = {clip.sha256: clip.model_dump(exclude={"cached"}) for clip in record.clips}
    return [clips[sha256] for sha256 in sorted(clips)]


def source_rows(record: EpisodeRecord) -> list[Row]:
    """Each text once, sorted."""
    texts = {
        source.sha256: {
            "sha256": source.sha256,
            "language": source.language,
            "words": source.words,
            "text": source.text,
        }
        for source in record.sources
    }
    return [texts[sha256] for sha256 in sorted(texts)]


def episode_source_rows(record: EpisodeRecord) -> list[Row]:
    """Which texts the episode was made from, and where they came from."""
    return [
        {
            "episode_id": record.episode.id,
            "position": position,
            **source.model_dump(include={"sha256", "kind", "origin", "title"}),
        }
        for position, source in enumerate(record.sources)
    ]


def ended_run_row(end: RunEnd) -> Row:
    """The run, however it ended, with what it measured."""
    measured = end.model_dump(exclude={"run_id", "outcome", "request", "ended_at", "timings", "counters"})
    return {
        "id": end.run_id,
        "state": end.outcome,
        **request_columns(end.request),
        "finished_at": None if end.outcome == "waiting" else end.ended_at,
        **measured,
    }


def timing_rows(run_id: str, timings: Sequence[StageTiming]) -> list[Row]:
    """How long each stage took."""
    return [
        {"run_id": run_id, "position": position, **timing.model_dump()}
        for position, timing in enumerate(timings)
    ]


def counter_rows(run_id: str, counters: Mapping[str, float]) -> list[Row]:
    """Tokens, calls, characters, cache hits."""
    return [{"run_id": run_id, "name": name, "value": value} for name, value in counters.items()]


def episode_of(row: Mapping[str, Any]) -> Episode:
    """The episode of an `episodes` row."""
    return Episode(
        **{name: row[name] for name in COPIED},
        loudness=Loudness(**{name: row[name] for name in Loudness.model_fields}),
        chapters=tuple(ChapterMark(**mark) for mark in row["marks"]),
    )


def record_of(
    row: Mapping[str, Any], request: Mapping[str, Any], parts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> EpisodeRecord:
    """The record of an `episodes` row, the run's request, and the rows of the other tables by name."""
    lines = [_line(line) for line in parts["segments"]]
    script = Script(
        title=row["script_title"],
        summary=row["script_summary"],
        language=row["language"],
        draft=row["draft"],
        speakers=tuple(Speaker(**speaker) for speaker in row["script_speakers"]),
        chapters=tuple(
            ChapterScript(
                index=chapter["position"],
                title=chapter["title"],
                segments=tuple(cue.segment for cue, _ in lines if cue.segment.chapter == chapter["position"]),
            )
            for chapter in parts["chapters"]
        ),
    )
    return EpisodeRecord(
        episode=episode_of(row),
        request=EpisodeRequest.model_validate(request),
        speakers=tuple(Speaker(**speaker) for speaker in row["speakers"]),
        sources=tuple(SourceDocument(**_only(SourceDocument, source)) for source in parts["sources"]),
        script=script,
        clips=tuple(clip for _, clip in lines),
        cues=tuple(cue for cue, _ in lines),
        timings=tuple(StageTiming(**_only(StageTiming, timing)) for timing in parts["stage_timings"]),
        counters={counter["name"]: counter["value"] for counter in parts["counters"]},
    )


def _line(row: Mapping[str, Any]) -> tuple[Cue, Clip]:
    """From a `segments` row joined with its `clips` row."""
    segment = Segment(
        chapter=row["chapter"],
        index=row["line"],
        speaker=row["speaker"],
        text=row["text"],
        delivery=Delivery(**row["delivery"]),
    )
    cue = Cue(segment=segment, start_s=row["start_s"], end_s=row["end_s"])
    return cue, Clip(**{"sha256": row["clip"], **_only(Clip, row)})


def _only(model: type[SourceDocument | StageTiming | Clip], row: Mapping[str, Any]) -> Row:
    return {name: row[name] for name in model.model_fields if name in row}

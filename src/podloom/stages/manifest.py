"""The manifest of a finished episode: what was used, what was measured, what it cost."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from podloom.cache.keys import SCHEMA_VERSION
from podloom.domain import Episode, Measurement, Mix, Script
from podloom.script.check import distinct_2, mattr, repeated_runs
from podloom.stages.asking import settled
from podloom.stages.run import Run

TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".opus": "audio/opus",
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".md": "text/markdown",
    ".html": "text/html",
}


@dataclass(frozen=True)
class Manifest:
    """What the manifest is made from."""

    run: Run
    episode: Episode
    script: Script
    mix: Mix
    measured: Measurement


def write_manifest(parts: Manifest) -> None:
    """episode.json in the run's partial folder, beside the files that it lists."""
    path = parts.run.partial / parts.episode.files["manifest"]
    path.write_text(json.dumps(manifest(parts), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def manifest(parts: Manifest) -> dict[str, Any]:
    """Everything about an episode; the keys are documented in docs/manifest.md."""
    episode = parts.episode
    return {
        "schema": 1,
        "id": episode.id,
        "guid": f"urn:uuid:{episode.id}",
        "run_id": episode.run_id,
        "podcast": episode.podcast,
        "title": episode.title,
        "summary": episode.summary,
        "language": episode.language,
        "draft": episode.draft,
        "disclosure": parts.run.request.disclosure,
        "published_at": episode.published_at,
        "duration_s": round(episode.duration_s, 3),
        "asked_s": episode.asked_s,
        "loudness": episode.loudness.model_dump(),
        "chapters": [mark.model_dump() for mark in episode.chapters],
        "segments": episode.segments,
        "files": _files(parts),
        "request": settled(parts.run.request).model_dump(mode="json"),
        **_made_with(parts),
        **_made_how(parts),
    }


def _files(parts: Manifest) -> dict[str, Any]:
    folder = parts.run.partial
    listed = {kind: name for kind, name in parts.episode.files.items() if kind != "manifest"}
    return {kind: _file(folder / name, kind) for kind, name in listed.items()}


def _file(path: Path, kind: str) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    mime = "application/json+chapters" if kind == "chapters" else TYPES[path.suffix]
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest, "type": mime}


def _made_with(parts: Manifest) -> dict[str, Any]:
    """Sources, cast and versions."""
    run = parts.run
    return {
        "sources": _texts(run),
        "earlier_sources": dict(run.origins.sources),
        "speakers": [speaker.model_dump() for speaker in run.speakers],
        "versions": {
            "podloom": version("podloom"),
            "python": platform.python_version(),
            "engine": f"{run.engine.name} {run.engine.version}",
            "engine_reason": run.engine_reason,
            "writer": run.writer.name,
            "prompts": run.writer.fingerprint,
            "cache_schema": SCHEMA_VERSION,
        },
    }


def _texts(run: Run) -> list[Mapping[str, Any]]:
    """What was read, and what the script was written from that is voiced again."""
    read = {
        document.sha256: {
            "origin": document.origin if document.kind != "text" or document.origin else "text",
            "title": document.title,
            "language": document.language,
            "words": document.words,
            "sha256": document.sha256,
        }
        for document in run.documents
    }
    return [*read.values(), *(text for text in run.origins.texts if text["sha256"] not in read)]


def _made_how(parts: Manifest) -> dict[str, Any]:
    """Timings, tokens, cost, cache, and what a person should know."""
    run, counters = parts.run, parts.run.telemetry.counters
    return {
        "seconds": round(parts.episode.seconds, 3),
        "timings": [timing.model_dump() for timing in run.telemetry.timings],
        "counters": dict(sorted(counters.items())),
        "cost": cost(run),
        "cache_hits": parts.episode.cache_hits,
        "checks": {
            "repeated_runs": [run.text for run in repeated_runs(parts.script)],
            "distinct_2": round(distinct_2(parts.script), 3),
            "mattr": round(mattr(parts.script), 3),
            "clipped_samples": parts.measured.clipped_samples,
            "long_silences": list(parts.measured.long_silences),
            "suspicious_lines": suspicious_lines(run, parts.script),
        },
        "read_back": run.read_back.model_dump() if run.read_back else None,
        "guessed_words": list(run.guessed_words),
        "notes": list(run.telemetry.notes),
    }


def suspicious_lines(run: Run, script: Script) -> list[dict[str, Any]]:
    """The script's lines whose clips were kept although something is wrong with them."""
    found = [(line, run.suspicions.get((line.speaker, line.text))) for line in script.segments]
    return [
        {"chapter": line.chapter + 1, "line": line.index + 1, "speaker": line.speaker, "fault": fault}
        for line, fault in found
        if fault
    ]


def cost(run: Run) -> float | None:
    """In the currency of the prices in the settings; None when a paid server has no price set."""
    counters, llm, speech = run.telemetry.counters, run.settings.llm, run.settings.speech
    writing = (
        counters["llm.prompt_tokens"] * llm.input_price + counters["llm.completion_tokens"] * llm.output_price
    )
    voicing = counters["speech.paid_characters"] * speech.price
    unknown = (counters["llm.calls"] and not (llm.input_price or llm.output_price)) or (
        counters["speech.paid_characters"] and not speech.price
    )
    return None if unknown else round((writing + voicing) / 1e6, 6)

"""Finished mixes, remembered: the same clips in the same order need not be mixed and encoded again.

A mix is a pure function of its clips, their order and the audio settings, so its key is known when all clips
are. It lies beside the clips, as encoded files without tags, and is cleaned up like them.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from podloom.cache.keys import cache_key
from podloom.domain import Clip, Measurement, Mix, Outline, Segment
from podloom.stages.run import Run

Line = tuple[Segment, Clip]
VERSION = 7
"""Raise it when the mixer's result changes."""


def mix_key(run: Run, outline: Outline, chapters: list[list[Line]]) -> str:
    """Everything that changes a mix."""
    request = run.request
    return cache_key(
        "mix",
        version=VERSION,
        chapters=[
            [plan.title, [[_said(segment), clip.sha256] for segment, clip in lines]]
            for plan, lines in zip(outline.chapters, chapters, strict=True)
        ],
        audio=run.settings.audio.model_dump(mode="json"),
        music=request.music,
        own=[_stamp(path) for path in (request.intro, request.outro)],
        formats=sorted(request.formats),
        seed=request.seed,
    )


def _said(segment: Segment) -> list[str]:
    return [segment.speaker, segment.text, segment.delivery.pause]


def recall_mix(run: Run, key: str) -> Mix | None:
    """The mix of that key, its files put into the run's folder; None when there is none or it is damaged."""
    folder = _folder(run, key)
    mix = _readable(folder)
    if mix is None:
        return None
    try:
        for kind in run.request.formats:
            shutil.copyfile(folder / f"raw.{kind}", run.partial / f"raw.{kind}")
        os.utime(folder)
    except OSError:
        return None
    return mix


def _readable(folder: Path) -> Mix | None:
    """What is kept there; another version's is deleted, as it would be in the way of ours."""
    try:
        return Mix.model_validate_json((folder / "mix.json").read_bytes())
    except OSError:
        return None
    except ValidationError:
        shutil.rmtree(folder, ignore_errors=True)
        return None


def remember_mix(run: Run, key: str, mix: Mix) -> None:
    """Keep a mix; one that is already there stays, and a full disk costs speed, not the episode."""
    folder = _folder(run, key)
    scratch = folder.with_name(f".{key}.{secrets.token_hex(4)}")
    try:
        scratch.mkdir(parents=True)
        for kind in run.request.formats:
            shutil.copyfile(run.partial / f"raw.{kind}", scratch / f"raw.{kind}")
        (scratch / "mix.json").write_text(mix.model_dump_json(), encoding="utf-8")
        _readable(folder)
        scratch.rename(folder)
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)


def recall_measurement(run: Run, key: str) -> Measurement | None:
    """What was measured on the file made from that mix."""
    with suppress(OSError, ValidationError):
        return Measurement.model_validate_json((_folder(run, key) / "measured.json").read_bytes())
    return None


def remember_measurement(run: Run, key: str, measured: Measurement) -> None:
    """Keep it beside the mix; tags and cover do not change the sound."""
    with suppress(OSError):
        (_folder(run, key) / "measured.json").write_text(measured.model_dump_json(), encoding="utf-8")


def _folder(run: Run, key: str) -> Path:
    return run.settings.home / "mixes" / key


def _stamp(path: str) -> list[object]:
    """A music file's identity, without reading it."""
    if not path:
        return []
    stat = Path(path).stat()
    return [str(Path(path).resolve()), stat.st_size, stat.st_mtime_ns]

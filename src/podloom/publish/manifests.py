"""Published episodes, read back from their manifests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from podloom.domain import ChapterMark, Frozen, Speaker, Voice
from podloom.errors import RequestError
from podloom.publish.description import EpisodeNotes, source_link
from podloom.publish.feed import FeedFile, FeedItem

MANIFEST_NAME = "episode.json"


def items_from_manifests(folder: Path, podcast: str = "") -> list[FeedItem]:
    """The episodes in the sub-folders of `folder`, newest first; of one podcast, if it is named.

    An episode that was made again (same guid) is listed once, as it was published last.

    Raises:
        RequestError: A manifest is not JSON or lacks something a feed needs.
    """
    manifests = [(path, _read(path)) for path in sorted(manifest_paths(folder))]
    items = [_item(path, m) for path, m in manifests if not podcast or m.get("podcast") == podcast]
    newest: dict[str, FeedItem] = {}
    for item in sorted(items, key=lambda item: (item.published_at, item.folder), reverse=True):
        newest.setdefault(item.guid, item)
    return list(newest.values())


def manifest_paths(folder: Path) -> Iterator[Path]:
    """Those in the sub-folders of `folder`; not in hidden ones, in which episodes are being made."""
    return folder.glob(f"[!.]*/{MANIFEST_NAME}")


def _read(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RequestError(_unusable(path, error)) from error
    if not isinstance(manifest, dict):
        raise RequestError(_unusable(path, "it is not a JSON object"))
    return manifest


def _item(path: Path, manifest: dict[str, Any]) -> FeedItem:
    try:
        return FeedItem(
            folder=path.parent.name,
            guid=manifest["guid"],
            notes=_notes(manifest),
            published_at=manifest["published_at"],
            duration_s=manifest["duration_s"],
            files={role: _file(file) for role, file in manifest["files"].items()},
            number=manifest.get("number"),
        )
    except KeyError as error:
        raise RequestError(_unusable(path, f"{error} is missing")) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise RequestError(_unusable(path, f"{first['loc'][-1]}: {first['msg']}")) from error
    except (TypeError, AttributeError) as error:
        raise RequestError(_unusable(path, error)) from error


def _notes(manifest: dict[str, Any]) -> EpisodeNotes:
    return EpisodeNotes(
        title=manifest["title"],
        summary=manifest["summary"],
        language=manifest["language"],
        marks=tuple(ChapterMark(**_known(ChapterMark, mark)) for mark in manifest.get("chapters", ())),
        sources=tuple(
            source_link(s.get("title", ""), s.get("origin", "")) for s in manifest.get("sources", ())
        ),
        speakers=tuple(map(_speaker, manifest.get("speakers", ()))),
        disclosure=manifest.get("disclosure", True),
        draft=manifest.get("draft", False),
    )


def _speaker(speaker: dict[str, Any]) -> Speaker:
    voice = Voice(**_known(Voice, speaker["voice"]))
    return Speaker(**_known(Speaker, {**speaker, "voice": voice}))


def _known(model: type[Frozen], values: dict[str, Any]) -> dict[str, Any]:
    """Without what only the manifest has: a newer one may say more."""
    return {key: value for key, value in values.items() if key in model.model_fields}


def _file(file: dict[str, Any]) -> FeedFile:
    return FeedFile(name=file["name"], bytes=file["bytes"], type=file.get("type", ""))


def _unusable(path: Path, reason: object) -> str:
    advice = "make the episode again or move its folder away"
    return f"The manifest {str(path)!r} cannot be used for the feed ({reason}); {advice}"

"""Where Coqui's models lie on this machine, and what its JSON files say.

Neither TTS nor torch is imported here: where something lies follows Coqui's own rules.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from podloom.errors import MissingDependencyError

NAME = re.compile(r"tts_models/[^/\s]+/[^/\s]+/[^/\s]+")
_LISTED = re.compile(r"(tts|vocoder)_models/[^/\s]+/[^/\s]+/[^/\s]+")
_WEIGHTS = re.compile(r".*\.(pth|pth\.tar|pt)")
DOWNLOAD = "python -m podloom.tts.coqui"
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*')


def read_json(path: Path) -> Any:
    """What a model's JSON file holds, where // begins a comment, as it does for Coqui.

    Raises:
        MissingDependencyError: It cannot be read: a part of a broken-off download, say.
    """
    try:
        text = path.read_text("utf-8")
        return json.loads(_STRING_OR_COMMENT.sub(lambda found: found[1] or "", text))
    except (OSError, ValueError) as error:
        raise MissingDependencyError(
            f"{path.name} of the Coqui model in {str(path.parent)!r} cannot be read ({error}); "
            f"{incomplete(path.parent)}"
        ) from error


def incomplete(folder: Path) -> str:
    """What to do about a model whose files are not all there, or damaged."""
    return (
        "it is incomplete, as after a download that was broken off: download it again (a model with a name: "
        f"delete {str(folder)!r}, then `{DOWNLOAD}`)"
    )


def folder_of(name: str) -> Path:
    """Where the model of a name lies once it is downloaded."""
    return _hub_folder(name) or _home() / "tts" / name.replace("/", "--")


def _home() -> Path:
    """Where Coqui keeps its models; the same rules as its own."""
    for variable in ("TTS_HOME", "XDG_DATA_HOME"):
        if variable in os.environ:
            return Path(os.environ[variable]).expanduser()
    if sys.platform == "darwin":
        return Path("~/Library/Application Support").expanduser()
    return Path.home() / ".local" / "share"


def _hub_folder(name: str) -> Path | None:
    """Where a model lies that Coqui takes from the Hugging Face hub; None for the others."""
    repository = listed(name).get("repo_id")
    if not repository:
        return None
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    hub = Path(os.environ.get("HF_HUB_CACHE", home / "hub")) / f"models--{repository.replace('/', '--')}"
    with suppress(OSError):
        told = hub / "snapshots" / (hub / "refs" / "main").read_text("utf-8").strip()
        if told.is_dir():
            return told
    return next(iter(sorted((hub / "snapshots").glob("*"))), hub)


class Vocoder(NamedTuple):
    """The second stage of a named model, which Coqui loads by itself."""

    name: str
    folder: Path
    licence: str


def vocoder_of(name: str) -> Vocoder | None:
    """The vocoder that Coqui takes for a named model; None for models of one stage."""
    vocoder = listed(name).get("default_vocoder")
    if not vocoder:
        return None
    return Vocoder(vocoder, folder_of(vocoder), str(listed(vocoder).get("license", "of unknown licence")))


def weights_in(path: Path) -> list[Path]:
    """The files with weights of a folder, or the one that is named; those with nothing in them left out."""
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    return [file for file in files if _WEIGHTS.fullmatch(file.name) and file.stat().st_size > 0]


def listed(name: str) -> dict[str, Any]:
    """Coqui's own entry for a model; empty when it has none or is not installed."""
    spec = find_spec("TTS")
    if spec is None or spec.origin is None or not _LISTED.fullmatch(name):
        return {}
    table: Any = json.loads((Path(spec.origin).parent / ".models.json").read_text("utf-8"))
    for part in name.split("/"):
        table = table.get(part, {})
    return dict(table)

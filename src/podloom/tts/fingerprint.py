"""What a model's files are known by in cache keys: the same on every machine, and quick for gigabytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_SAMPLED_BYTES = 1 << 20


def fingerprint(files: Iterable[Path], *told: object) -> str:
    """Of each file's name, size, beginning and end, and of what is told beside.

    Args:
        files: In an order that is the same everywhere.
        told: What JSON can hold. Of what looks like a path only the file's name counts: Coqui writes where a
            model lies into its config.
    """
    digest = hashlib.sha256(json.dumps(_placeless(told), sort_keys=True).encode() if told else b"")
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.name}:{size}".encode())
        with file.open("rb") as stream:
            digest.update(stream.read(_SAMPLED_BYTES))
            stream.seek(max(0, size - _SAMPLED_BYTES))
            digest.update(stream.read())
    return digest.hexdigest()[:12]


def _placeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _placeless(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_placeless(held) for held in value]
    return Path(value).name if isinstance(value, str) and "/" in value else value

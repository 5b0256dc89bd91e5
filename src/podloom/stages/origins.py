"""What an episode was made from, as its manifest tells; an edited script that is voiced again keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from podloom.errors import RequestError

MANIFEST = "episode.json"
REMEMBERED = 4096
"""Manifests whose origins a process remembers: a show looks at all of its own before every episode."""


@dataclass(frozen=True)
class Origins:
    """Of one episode; shared, so nobody changes it."""

    podcast: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    """As they were asked for, and when an episode from them was published (ISO 8601)."""
    texts: tuple[Mapping[str, Any], ...] = ()
    """What was read, as the manifest lists it: origin, title, language, words, sha256."""


def origins_beside(script: str) -> Origins:
    """Of the episode that the script belongs to; none where it lies alone.

    Raises:
        RequestError: There is a manifest, and it cannot be used.
    """
    manifest = Path(script).with_name(MANIFEST)
    return read_origins(manifest) if manifest.is_file() else Origins()


def read_origins(manifest: Path) -> Origins:
    """Of the episode with this manifest, which is read again only when it has changed.

    Raises:
        RequestError: It cannot be used.
        FileNotFoundError: It is gone.
    """
    now = manifest.stat()
    return _read(manifest, now.st_mtime_ns, now.st_size, now.st_ino)


@lru_cache(REMEMBERED)
def _read(manifest: Path, *_: int) -> Origins:
    try:
        told = json.loads(manifest.read_bytes())
        asked = dict.fromkeys(told["request"]["sources"], told["published_at"])
        earlier = told.get("earlier_sources", {})
        return Origins(told["podcast"], earlier | asked, tuple(told["sources"]))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(
            f"the manifest {str(manifest)!r} cannot be used ({error!r}); make the episode again, or move its"
            " folder away"
        ) from error

"""A request from loose values, checked; and as it is stored: the same wherever and whenever it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from podloom.domain import EpisodeRequest
from podloom.errors import RequestError
from podloom.sources.locate import is_file

PATHS = ("intro", "outro", "cover", "script", "out")


def as_request(fields: Mapping[str, Any]) -> EpisodeRequest:
    """The request with these fields.

    Raises:
        RequestError: A value does not fit; the message names the field.
    """
    try:
        return EpisodeRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "request"
        raise RequestError(f"{name}: {first['msg']}, not {first['input']!r}") from None


def requested(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> EpisodeRequest:
    """A request from loose values; see `as_request`."""
    if isinstance(sources, EpisodeRequest):
        return as_request(sources.model_dump(exclude_unset=True) | fields)
    listed = (sources,) if isinstance(sources, str) else tuple(sources)
    return as_request({"sources": listed, **fields})


def settled(request: EpisodeRequest, start: datetime | None = None) -> EpisodeRequest:
    """`request` with absolute paths and an absolute deadline, for a run that begins at `start`, else now.

    A run can be resumed from another folder, and later; what it was asked for stays the same.
    """
    paths = {name: _absolute(path) for name in PATHS if (path := getattr(request, name))}
    sources = tuple(absolute_source(source) for source in request.sources)
    placed = request.model_copy(update={"sources": sources, **paths})
    return placed.dated(start or datetime.now(UTC))


def absolute_source(source: str) -> str:
    """The absolute path of a file that exists; everything else as it is."""
    return _absolute(source.strip()) if is_file(source.strip()) else source


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().resolve())

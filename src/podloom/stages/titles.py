"""What an episode is called before it has a title."""

from __future__ import annotations

from pathlib import PurePath

from podloom.domain import EpisodeRequest
from podloom.domain.progress import shortened
from podloom.sources.locate import ADDRESS, looks_like_path


def run_name(request: EpisodeRequest) -> str:
    """One short line for people: the title that is asked for, else the first source."""
    source = next(iter(request.sources), "").strip() or PurePath(request.script).parent.name
    if ADDRESS.fullmatch(source):
        source = source.partition("://")[2].rstrip("/")
    elif looks_like_path(source):
        source = PurePath(source).name
    return shortened(request.title or source or "episode")

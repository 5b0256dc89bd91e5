"""What a flow run is called in the UI."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from prefect.runtime import flow_run

from podloom.domain import EpisodeRequest
from podloom.sources.locate import ADDRESS, looks_like_path

LONGEST = 80


def episode_run_name() -> str:
    """The title, else the first source, else what the flow is."""
    request: Any = flow_run.parameters.get("request") or {}
    if not isinstance(request, EpisodeRequest):
        request = EpisodeRequest.model_validate(request)
    return run_name(request)


def run_name(request: EpisodeRequest) -> str:
    """One short line for people."""
    source = next(iter(request.sources), "").strip() or PurePath(request.script).parent.name
    if ADDRESS.fullmatch(source):
        source = source.partition("://")[2].rstrip("/")
    elif looks_like_path(source):
        source = PurePath(source).name
    text = " ".join((request.title or source or "episode").split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def show_run_name() -> str:
    """The show's name."""
    show: Any = flow_run.parameters.get("show") or {}
    return str(show.get("podcast") if isinstance(show, dict) else show.podcast)


def revoice_run_name() -> str:
    """The folder of the script, which has the episode's name."""
    return PurePath(str(flow_run.parameters.get("script", ""))).parent.name or "script"

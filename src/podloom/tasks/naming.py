"""What a flow run is called in the UI."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from prefect.runtime import flow_run

from podloom.domain import EpisodeRequest
from podloom.stages.titles import run_name


def episode_run_name() -> str:
    """The title, else the first source, else what the flow is."""
    request: Any = flow_run.parameters.get("request") or {}
    if not isinstance(request, EpisodeRequest):
        request = EpisodeRequest.model_validate(request)
    return run_name(request)


def show_run_name() -> str:
    """The show's name."""
    show: Any = flow_run.parameters.get("show") or {}
    return str(show.get("podcast") if isinstance(show, dict) else show.podcast)


def revoice_run_name() -> str:
    """The folder of the script, which has the episode's name."""
    return PurePath(str(flow_run.parameters.get("script", ""))).parent.name or "script"

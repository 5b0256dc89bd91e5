"""The flow that makes an episode."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from podloom.domain import Episode, EpisodeRequest
from podloom.tasks.ending import ended
from podloom.tasks.making import make_in_flow
from podloom.tasks.naming import episode_run_name


@flow(
    name="generate-podcast", flow_run_name=episode_run_name, persist_result=False, log_prints=False, retries=0
)
async def generate_podcast_flow(request: EpisodeRequest) -> Episode | State[Any]:
    """Make one podcast episode from sources.

    Reads the sources, plans chapters, writes and voices them in parallel, masters the audio and records the
    episode. What was made is kept: a retry makes only what is missing.
    """
    return await ended(make_in_flow(request))

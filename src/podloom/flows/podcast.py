"""The flow that makes an episode."""

from __future__ import annotations

from prefect import flow
from prefect.runtime import flow_run

from podloom.domain import Episode, EpisodeRequest
from podloom.pipeline import make_episode
from podloom.stages.opening import open_studio
from podloom.tasks.context import given
from podloom.tasks.episode import TaskStages
from podloom.telemetry import Telemetry


@flow(name="generate-podcast", persist_result=False, log_prints=False)
async def generate_podcast_flow(request: EpisodeRequest) -> Episode:
    """Make one podcast episode from sources.

    Reads the sources, plans chapters, writes and voices them in parallel, masters the audio and records the
    episode. What was made is kept: a retry makes only what is missing.
    """
    settings, on_progress = given().settings, given().on_progress
    run_id = str(flow_run.id) if flow_run.id else None
    async with open_studio(request, settings, Telemetry(on_progress), run_id=run_id) as studio:
        return await make_episode(TaskStages(studio))

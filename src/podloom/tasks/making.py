"""An episode inside a flow run: the stages as tasks, and the run's page kept up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from prefect.events import emit_event
from prefect.runtime import flow_run

from podloom.domain import Episode, EpisodeRequest
from podloom.pipeline import make_episode
from podloom.settings import Settings
from podloom.stages.opening import open_studio
from podloom.stages.show import Show
from podloom.tasks.artifacts import RunPage, both
from podloom.tasks.context import given
from podloom.tasks.episode import TaskStages
from podloom.telemetry import Telemetry

Placed = TypeVar("Placed", EpisodeRequest, Show)
FINISHED = "podloom.episode.finished"
"""Event for automations: something to do with every finished episode."""


async def make_in_flow(request: EpisodeRequest) -> Episode:
    """Make the episode of the running flow run.

    Raises:
        PodloomError: A stage failed.
    """
    context = given()
    request = placed(request)
    run_id = str(flow_run.id) if flow_run.id else None
    async with RunPage() as page:
        telemetry = Telemetry(both(page.take, context.on_progress))
        async with open_studio(request, context.settings, telemetry, run_id=run_id) as studio:
            stages = TaskStages(studio)
            episode = await make_episode(stages)
            await page.show_result(studio.run, episode, stages.cues)
    tell(episode)
    return episode


def placed(asked: Placed) -> Placed:
    """`asked` with an output folder that lasts; see `placed_folder`."""
    return asked.model_copy(update={"out": placed_folder(asked.out, given().settings)})


def placed_folder(folder: str, settings: Settings) -> str:
    """A relative folder lies in PODLOOM_OUT_ROOT: process workers work in folders that are deleted."""
    root = settings.out_root
    return str(Path(root).expanduser().resolve() / folder) if root else folder


def tell(episode: Episode) -> None:
    """Emit the event; Prefect sends it in the background."""
    emit_event(
        FINISHED,
        resource={
            "prefect.resource.id": f"podloom.episode.{episode.id}",
            "prefect.resource.name": episode.title,
            "podloom.podcast": episode.podcast,
        },
        payload={
            "folder": episode.folder,
            "duration_s": episode.duration_s,
            "seconds": episode.seconds,
            "draft": episode.draft,
        },
    )

"""An episode inside a flow run: the stages as tasks, and the run's page kept up to date."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, get_args
from uuid import uuid4

from prefect.runtime import flow_run

from podloom.domain import Episode, EpisodeRequest, Priority
from podloom.domain.events import Finished, RunBegan
from podloom.errors import RequestError
from podloom.pipeline import make_episode
from podloom.settings import Settings
from podloom.stages.opening import before_opening, open_studio
from podloom.stages.reviewing import NOBODY, Desk, InlineDesk
from podloom.stages.show import Show
from podloom.stages.telling import Teller
from podloom.tasks.alerting import tell_alert
from podloom.tasks.artifacts import RunPage, both
from podloom.tasks.context import Given, given
from podloom.tasks.current import current_run
from podloom.tasks.episode import TaskStages
from podloom.tasks.news import tell_news
from podloom.tasks.reviewing import SuspendedDesk
from podloom.tasks.runlog import RunLog
from podloom.tasks.watching import knowing_why, was_replaced
from podloom.telemetry import Telemetry

T = TypeVar("T")
Placed = TypeVar("Placed", EpisodeRequest, Show)


async def make_in_flow(request: EpisodeRequest) -> Episode:
    """Make the episode of the running flow run, and tell the world how it ended.

    Raises:
        PodloomError: A stage failed.
    """
    context, run_id = given(), str(flow_run.id or uuid4())
    teller = Teller(request, context.settings, run_id, tell_news)
    return await teller.told(knowing_why(_make(request, context, run_id)), unless=was_replaced)


async def before_episode(work: Coroutine[Any, Any, T], about: EpisodeRequest) -> T:
    """The result of what finds out which episode is to be made; its failure is told as that one's."""
    settings, run_id = given().settings, str(flow_run.id or uuid4())
    recorded = before_opening(work, about, settings, Telemetry(on_alert=tell_alert), run_id)
    return await Teller(about, settings, run_id, tell_news).before(knowing_why(recorded), unless=was_replaced)


async def _make(request: EpisodeRequest, context: Given, run_id: str) -> Episode:
    request = as_queued(placed(request))
    log = RunLog()
    async with RunPage() as page:
        telemetry = Telemetry(
            both(page.take, context.on_progress),
            on_alert=tell_alert,
            on_event=both(both(page.take_event, log.take), context.on_event),
        )
        telemetry.tell(RunBegan(run=run_id))
        async with open_studio(request, context.settings, telemetry, run_id=run_id) as studio:
            studio.desk = _desk(request, context)
            run = studio.run
            stages = TaskStages(studio, lambda episode, cues: page.show_made(run, episode, cues))
            episode = await make_episode(stages)
            page.show_summary(run, episode)
    log.take(Finished(episode=episode))
    return episode


def _desk(request: EpisodeRequest, context: Given) -> Desk | None:
    """Where the script waits for its reviewer.

    Raises:
        RequestError: Nobody could review it: Prefect suspends runs of deployments only.
    """
    if not request.review:
        return None
    if context.reviewer is not None:
        return InlineDesk(context.reviewer)
    run = current_run()
    if run is None or run.deployment_id is None:
        raise RequestError(NOBODY)
    return SuspendedDesk(run.id, context.settings.review)


def as_queued(request: EpisodeRequest) -> EpisodeRequest:
    """`request` as urgent as the work queue that its run came from, unless it asks for a priority itself.

    "normal" is what forms fill in, so it asks for nothing. A deadline in minutes counts from when the run was
    to start, not from when a worker was free.
    """
    run = current_run()
    if run is None:
        return request
    priority = next((known for known in get_args(Priority) if known == run.work_queue_name), None)
    if priority and request.priority == EpisodeRequest().priority:
        request = request.model_copy(update={"priority": priority})
    return request.dated(run.expected_start_time or datetime.now(UTC))


def placed(asked: Placed) -> Placed:
    """`asked` with an output folder that lasts; see `placed_folder`."""
    return asked.model_copy(update={"out": placed_folder(asked.out, given().settings)})


def placed_folder(folder: str, settings: Settings) -> str:
    """A relative folder lies in PODLOOM_OUT_ROOT: process workers work in folders that are deleted."""
    root = settings.out_root
    return str(Path(root).expanduser().resolve() / folder) if root else folder

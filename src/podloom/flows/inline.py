"""An episode without Prefect: the same stages, in the running loop."""

from __future__ import annotations

import uuid

from podloom.domain import Episode, EpisodeRequest
from podloom.domain.events import RunBegan
from podloom.domain.review import Reviewer
from podloom.errors import RequestError
from podloom.pipeline import make_episode
from podloom.settings import Settings
from podloom.stages.opening import open_studio
from podloom.stages.reviewing import NOBODY, InlineDesk
from podloom.stages.telling import Teller
from podloom.telemetry import Telemetry


async def make_inline(
    request: EpisodeRequest, settings: Settings, telemetry: Telemetry, reviewer: Reviewer | None = None
) -> Episode:
    """Make the episode, and tell the webhook how it ended.

    Raises:
        PodloomError: A stage failed.
    """
    run_id = str(uuid.uuid4())
    return await Teller(request, settings, run_id).told(_make(request, settings, telemetry, run_id, reviewer))


async def _make(
    request: EpisodeRequest, settings: Settings, telemetry: Telemetry, run_id: str, reviewer: Reviewer | None
) -> Episode:
    telemetry.tell(RunBegan(run=run_id))
    async with open_studio(request, settings, telemetry, run_id=run_id) as studio:
        if request.review and reviewer is None:
            raise RequestError(NOBODY)
        studio.desk = InlineDesk(reviewer) if reviewer is not None else None
        return await make_episode(studio)

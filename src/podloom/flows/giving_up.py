"""A run that nobody works at any more has nobody to tell of its end: whoever finds it does, at least once.

Told is what the server took as an event, and the webhook took, refused or left unanswered at all its tries.
Only then is the run marked as told, or cancelled; without that the next finder tells again (flows/lost.py,
flows/stopping.py). The news has the same identity whoever tells it.
"""

from __future__ import annotations

import uuid
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.events import Event

from podloom.domain import EpisodeRequest
from podloom.domain.news import EpisodeNews
from podloom.errors import PodloomError, StoppedError, public_name
from podloom.flows.lost import note_told
from podloom.settings import WebhookSettings
from podloom.stages.webhook import send_news
from podloom.tasks.news import event_fields


async def tell_given_up(run: FlowRun, webhook: WebhookSettings) -> None:
    """Tell of a run that was lost too often, and note that it was told.

    Raises:
        PrefectException, HTTPError: The server does not answer as it should; the run is told of again later.
    """
    await _tell(run, lost_for_good(run), webhook)
    await note_told(run)


async def tell_stopped(run: FlowRun, webhook: WebhookSettings) -> None:
    """Tell of a run that was to be cancelled and has nobody who does it.

    Raises:
        PrefectException, HTTPError: As above.
    """
    await _tell(run, EpisodeNews(state="cancelled", **_about(run)), webhook)


async def tell_end(run: FlowRun, error: PodloomError, webhook: WebhookSettings) -> None:
    """Tell of a run that has ended so, where nobody was who could; the event is the proof, and comes last.

    Raises:
        PrefectException, HTTPError: As above.
    """
    stopped = isinstance(error, StoppedError)
    said = {} if stopped else {"error_type": public_name(error), "error": str(error)}
    news = EpisodeNews(state="cancelled" if stopped else "failed", **said, **_about(run))
    await send_news(news, webhook, wait_s=None)
    await _post_event(run, news)


def lost_for_good(run: FlowRun) -> EpisodeNews:
    """The news of a run whose workers died again and again."""
    return EpisodeNews(
        state="failed",
        error_type="PodloomError",
        error="its worker was lost again and again, and the run is given up; Retry in the UI tries again",
        **_about(run),
    )


def _about(run: FlowRun) -> dict[str, Any]:
    assert run.state is not None
    request = run.parameters.get("request") or run.parameters.get("show") or {}
    return {
        "run_id": str(run.id),
        "podcast": str(request.get("podcast") or EpisodeRequest().podcast),
        # One that has not begun has no name of its own yet.
        "title": run.name if run.run_count else str(request.get("title") or run.name),
        "at": run.state.timestamp.isoformat(timespec="seconds"),
    }


async def _tell(run: FlowRun, news: EpisodeNews, webhook: WebhookSettings) -> None:
    await _post_event(run, news)
    await send_news(news, webhook, wait_s=None)


async def _post_event(run: FlowRun, news: EpisodeNews) -> None:
    """Have the server take the event now: what is sent in the background can be lost with the process."""
    assert run.state is not None
    event = Event.model_validate(event_fields(news) | {"id": uuid.uuid5(run.state.id, news.type)})
    kinds = {"flow-run": run.id, "flow": run.flow_id, "deployment": run.deployment_id}
    about = [
        {"prefect.resource.id": f"prefect.{kind}.{identity}", "prefect.resource.role": kind}
        for kind, identity in kinds.items()
        if identity is not None
    ]
    body = event.model_dump(mode="json")
    async with get_client() as client:
        answer = await client.request("POST", "/events", json=[body | {"related": body["related"] + about}])
        answer.raise_for_status()

"""Runs of episodes that ended where nobody was who could tell: while they were scheduled, or suspended.

Prefect ends such a run by itself: somebody cancels it, nobody reviews it in time, its parameters do not fit.
The proof that an end was told is the event on the server, which comes last: whoever finds an end without one
tells it, at least once, and closes the run in the record.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType

from podloom.domain import EpisodeRequest
from podloom.errors import PodloomError, StoppedError, error_class
from podloom.flows.giving_up import tell_end
from podloom.flows.lost import RECENT, TELLING
from podloom.flows.marks import END
from podloom.flows.silence import EPISODES, age, is_ours, runs_in, state_id
from podloom.settings import Settings
from podloom.stages.asking import as_request
from podloom.stages.ending import record_left, refused_end
from podloom.tasks.alerting import tell_alert
from podloom.tasks.failures import BASE, read_failure
from podloom.telemetry import Telemetry

EVENTS = 50
"""In one answer; a run has few about its episode."""
RUNS = 20
"""Asked about at once."""
UNSAID = "the run ended before it began, or while it waited; its page on the Prefect server says why"
_told: set[str] = set()
"""Ids of final states whose end is known to be told, of those that are looked at."""


async def tell_untold(settings: Settings) -> list[str]:
    """Tell of every end that nobody has told; a sentence about each.

    Raises:
        PrefectException, HTTPError: The server does not answer as it should; somebody tells later.
    """
    async with get_client() as client:
        ended = await runs_in(client, EPISODES, StateType.FAILED, StateType.CANCELLED, within=RECENT)
        recent = [run for run in ended if age(run) > TELLING]
        _told.intersection_update(map(state_id, recent))
        unknown = [run for run in recent if state_id(run) not in _told]
        untold = await _untold(client, unknown) if unknown else []
        _told.update(state_id(run) for run in unknown if run not in untold)
        ours = [run for run in untold if await is_ours(client, run, END, TELLING)]
    for run in ours:
        await _tell(run, settings)
    return [f"{run.name} ({run.id}) had ended, and nobody had told" for run in ours]


async def _untold(client: PrefectClient, runs: list[FlowRun]) -> list[FlowRun]:
    """Those of which there is no event about their episode since shortly before they ended."""
    last: dict[UUID, datetime] = {}
    for start in range(0, len(runs), RUNS):
        last |= await _last_told(client, runs[start : start + RUNS])
    return [run for run in runs if run.id not in last or last[run.id] < _ended_at(run) - TELLING]


async def _last_told(client: PrefectClient, runs: list[FlowRun]) -> dict[UUID, datetime]:
    """When something was told of the episodes of these runs, the latest."""
    wanted = {
        "event": {"prefix": ["podloom.episode."]},
        "related": {"id": [f"prefect.flow-run.{run.id}" for run in runs]},
        "occurred": {"since": (min(map(_ended_at, runs)) - TELLING).isoformat()},
        "order": "ASC",
    }
    answer = await client.request("POST", "/events/filter", json={"filter": wanted, "limit": EVENTS})
    answer.raise_for_status()
    return {
        UUID(one["prefect.resource.id"].rpartition(".")[2]): datetime.fromisoformat(event["occurred"])
        for event in answer.json()["events"]
        for one in event["related"]
        if one["prefect.resource.role"] == "flow-run"
    }


def _ended_at(run: FlowRun) -> datetime:
    assert run.state is not None
    return run.state.timestamp


async def _tell(run: FlowRun, settings: Settings) -> None:
    error = _error(run)
    telemetry = Telemetry(on_alert=tell_alert)
    end = refused_end(_asked(run), telemetry, str(run.id), "", error)
    await record_left(end, settings, telemetry)
    await tell_end(run, error, settings.webhook)


def _error(run: FlowRun) -> PodloomError:
    """What the run has ended with; of what is not Podloom's own, nothing is quoted: it may say anything."""
    assert run.state is not None
    if run.state.type == StateType.CANCELLED:
        return StoppedError(run.state.message or "cancelled")
    name, message = read_failure(run.state.message or "")
    kind = error_class(name)
    return kind(message) if kind is not None and name != BASE else PodloomError(UNSAID)


def _asked(run: FlowRun) -> EpisodeRequest:
    """What the run was asked for: an episode, a show's next one, or a script's."""
    show, script = run.parameters.get("show") or {}, run.parameters.get("script", "")
    left = {"podcast": show["podcast"]} if "podcast" in show else {"script": script}
    try:
        return as_request(run.parameters.get("request") or left)
    except PodloomError:
        return EpisodeRequest()  # that it did not fit is how it ended, perhaps

"""The automations that belong to Podloom: one table, brought to a server as the deployments are.

Another one is another row. Automations have no unique names on a server, so what is there is found by name,
changed in its place, and doubles of two workers that began at the same moment are removed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from prefect.automations import Automation, AutomationCore, DoNothing, EventTrigger, Posture, SendNotification
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ActionTypes, ChangeFlowRunState
from prefect.exceptions import ObjectNotFound

from podloom.errors import SettingsError
from podloom.settings import Settings
from podloom.tasks.alerting import CLEARED, RAISED
from podloom.tasks.watching import HEARTBEAT, RESUMING, WORK_LEFT

EPISODE_FLOWS = ("generate-podcast", "scheduled-show", "revoice")
UPKEEP_FLOWS = ("publish-feed", "clean-up", "find-lost-runs", "daily-benchmark")
"""Others may have flows of such names: ours are known by their tag as well."""
TAG = "podloom"
ENDED = tuple(f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed"))
_WAITING = ("Scheduled", RESUMING, "Late", "AwaitingRetry", "AwaitingConcurrencySlot")
LEFT = (*(f"prefect.flow-run.{state}" for state in ("Suspended", "Cancelling", *_WAITING)), WORK_LEFT)
"""Nobody works at such a run, or will for long; one that is to be cancelled must not be started again.

Prefect's events are called like states, whose names differ among those of one type. It also holds back those
that follow an event from before its restart, so there is one of ours, which waits for no other.
"""
FAILED = "podloom.episode.failed"
EXPIRED = "The flow was paused and never resumed*"
"""What a Prefect server says of a run that nobody has resumed in time."""
PATIENCE = 2
"""The server calls a run crashed after so many times the workers' own limit: they resume it meanwhile."""
LEAST = timedelta(seconds=30)
"""Shorter absences are not told from a slow server."""

EXAMPLE = (
    "An example to change or to copy: add an action in the UI, or name a notification block in"
    " PODLOOM_RUNS_NOTIFY_BLOCK."
)


@dataclass(frozen=True)
class Row:
    """An automation as the table has it: what it waits for, and what happens then."""

    name: str
    description: str
    trigger: EventTrigger
    actions: tuple[ActionTypes, ...] = ()
    subject: str = ""
    """Of the notification that is sent beside the actions, to the block in PODLOOM_RUNS_NOTIFY_BLOCK."""
    body: str = ""


def table(settings: Settings) -> tuple[Row, ...]:
    """Every automation of Podloom."""
    return (_lost_runs(settings), _lost_upkeep(settings), _failures(), _unanswered(), _alerts())


def _lost_runs(settings: Settings) -> Row:
    return Row(
        name="podloom: runs without a sign of life are crashed",
        description="The worker of such a run was killed or has lost its network. Workers that are alive"
        " start the run again; this says so in the UI, also when there is no worker left.",
        trigger=_silence(settings, _of_flows(EPISODE_FLOWS)),
        actions=(
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message="No sign of life from the worker; what was made is kept: Retry goes on from there",
            ),
        ),
    )


def _lost_upkeep(settings: Settings) -> Row:
    ours = {"prefect.resource.id": f"prefect.tag.{TAG}"}
    return Row(
        name="podloom: upkeep without a sign of life is crashed",
        description="Likewise for clean-up, feeds, the benchmark and the search for lost runs. One that seems"
        " to be running keeps the next from beginning.",
        trigger=_silence(settings, [_of_flows(UPKEEP_FLOWS), ours]),
        actions=(ChangeFlowRunState(state=StateType.CRASHED, message="No sign of life from the worker"),),
    )


def _silence(settings: Settings, of: Any) -> EventTrigger:
    limit = timedelta(seconds=PATIENCE * settings.runs.lost_after_s)
    return EventTrigger(
        posture=Posture.Proactive,
        after={HEARTBEAT},
        expect={HEARTBEAT, *ENDED, *LEFT},
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related=of,
        for_each={"prefect.resource.id"},
        threshold=1,
        within=max(limit, LEAST),
    )


def _failures() -> Row:
    return Row(
        name="podloom: an episode was not made",
        description=EXAMPLE,
        # Not the states of runs: one that has crashed is started again within a minute or two.
        trigger=_each({FAILED}, match={"prefect.resource.id": "podloom.episode.*"}),
        subject="Podloom: {{ event.resource['prefect.resource.name'] }} was not made",
        body="{{ event.payload.error.message }}\n\n{{ flow_run | ui_url }}",
    )


def _unanswered() -> Row:
    return Row(
        name="podloom: a review was not answered",
        description=f"Nobody works at such a run: only the server tells of its end. {EXAMPLE}",
        trigger=_each(
            {"prefect.flow-run.Failed"},
            match={"prefect.resource.id": "prefect.flow-run.*", "prefect.state-message": EXPIRED},
            match_related=_of_flows(EPISODE_FLOWS),
        ),
        subject="Podloom: the script of {{ flow_run.name }} was not reviewed in time",
        body="Retry asks for the review again.\n\n{{ flow_run | ui_url }}",
    )


def _alerts() -> Row:
    return Row(
        name="podloom: an alert was raised",
        description=f"{EXAMPLE} What raises an alert: PODLOOM_ALERTS_*.",
        trigger=_each({RAISED, CLEARED}, match={"prefect.resource.id": "podloom.alert.*"}),
        subject="{{ event.resource['prefect.resource.name'] }}: {{ event.event.split('.') | last }}",
        body="{{ event.payload.message }}",
    )


def _each(events: set[str], **which: Any) -> EventTrigger:
    """At every one of these events whose resource matches."""
    return EventTrigger(
        posture=Posture.Reactive,
        expect=events,
        for_each={"prefect.resource.id"},
        threshold=1,
        within=timedelta(0),
        **which,
    )


def _of_flows(names: tuple[str, ...]) -> dict[str, str | list[str]]:
    return {"prefect.resource.role": "flow", "prefect.resource.name": list(names)}


async def deploy_automations(client: PrefectClient, settings: Settings) -> list[str]:
    """Make what is missing and change what is of another version; returns the names of both.

    What was changed in the UI stays as long as Podloom's own version of it is the same, and what was switched
    off stays off.

    Raises:
        SettingsError: There is no notification block of the name in the settings.
    """
    block = await _block_id(client, settings.runs.notify_block)
    return [row.name for row in table(settings) if await _ensure(client, row, block)]


async def _ensure(client: PrefectClient, row: Row, block: Any) -> bool:
    wanted = _wanted(row, block)
    found = await client.read_automations_by_name(row.name)
    if found:
        if found[0].description == wanted.description:
            return False
        changed = wanted.model_copy(update={"enabled": found[0].enabled})
        await client.update_automation(found[0].id, changed)
        return True
    await client.create_automation(wanted)
    # Sorted alike by all who look, so that two who made it at once keep the same one.
    for double in sorted(await client.read_automations_by_name(row.name), key=lambda one: str(one.id))[1:]:
        await Automation(**double.model_dump()).adelete()  # the other one may have done it
    return True


def _wanted(row: Row, block: Any) -> AutomationCore:
    actions: list[Any] = list(row.actions)
    if row.subject and block is not None:
        actions.append(SendNotification(block_document_id=block, subject=row.subject, body=row.body))
    automation = AutomationCore(
        name=row.name,
        description=row.description,
        enabled=True,
        tags=[TAG],
        trigger=row.trigger,
        actions=actions or [DoNothing()],
    )
    return automation.model_copy(update={"description": f"{row.description} ({_mark(automation)})"})


def _mark(automation: AutomationCore) -> str:
    """Version and fingerprint: tells an automation that we changed from one that was changed in the UI."""
    content = json.dumps(_sorted(automation.model_dump(mode="json", exclude={"enabled"})), sort_keys=True)
    return f"podloom {version('podloom')}, {hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _sorted(value: Any) -> Any:
    """Sets have come out as lists in any order, another one in every process."""
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    return sorted((_sorted(item) for item in value), key=str) if isinstance(value, list) else value


async def _block_id(client: PrefectClient, name: str) -> Any:
    if not name:
        return None
    kind, _, block = name.partition("/")
    try:
        return (await client.read_block_document_by_name(block, kind)).id
    except ObjectNotFound:
        raise SettingsError(
            f"PODLOOM_RUNS_NOTIFY_BLOCK names {name!r}, and this Prefect server has no such block; make one"
            " in the UI under Blocks, and give its type and name as in 'slack-webhook/editors'"
        ) from None

"""Brings prefect.yaml to a server: pool, queues with their priorities, deployments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.types.entrypoint import EntrypointType

from podloom.domain import Priority
from podloom.flows.automations import deploy_automations
from podloom.flows.loading import load_flow
from podloom.flows.upgrading import upgrade
from podloom.settings import load_settings

POOL = "podloom"
FILE = Path(__file__).with_name("prefect.yaml")
PULL: list[dict[str, Any]] = [{"podloom.flows.pulling.installed_package": {}}]
QUEUES: dict[Priority, int] = {"breaking": 1, "normal": 2, "backfill": 3}
"""Queue of each priority: who waits for a worker and who waits for a voice agree on who is first."""


async def deploy_all(pool_type: str) -> list[str]:
    """Make what is missing on the server; returns the deployments and automations that were made or changed.

    What has this version already stays as it is, and what is of another one keeps what an operator has filled
    in and set (flows/upgrading.py).
    """
    made = []
    async with get_client() as client:
        await ensure_pool(client, pool_type)
        for wanted in read_deployments():
            deployment = as_deployment(wanted)
            if await _bring(client, deployment):
                made.append(deployment.full_name)
        made += await deploy_automations(client, load_settings())
    return made


async def ensure_pool(client: PrefectClient, pool_type: str) -> None:
    """The work pool and its queues; whatever exists is left alone."""
    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type=pool_type))
    for name, priority in QUEUES.items():
        try:
            await client.create_work_queue(name=name, work_pool_name=POOL, priority=priority)
        except ObjectAlreadyExists:
            continue


def read_deployments() -> list[dict[str, Any]]:
    """The deployments as prefect.yaml has them."""
    listed: list[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))["deployments"]
    return listed


def as_deployment(wanted: dict[str, Any]) -> RunnerDeployment:
    """One entry of prefect.yaml, with its flow imported."""
    pool = wanted["work_pool"]
    deployment = RunnerDeployment.from_flow(
        load_flow(wanted["entrypoint"]),
        name=wanted["name"],
        description=wanted["description"],
        version=wanted["version"],
        tags=wanted["tags"],
        parameters=wanted.get("parameters", {}),
        concurrency_limit=ConcurrencyLimitConfig(**wanted["concurrency_limit"]),
        schedules=[_schedule(schedule) for schedule in wanted.get("schedules", ())],
        work_pool_name=pool["name"],
        work_queue_name=pool["work_queue_name"],
        job_variables=pool["job_variables"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    deployment.storage = _Installed()
    return deployment


class _Installed:
    """Implements Prefect's RunnerStorage for code that is installed already."""

    destination = Path()
    pull_interval = None

    def set_base_path(self, path: Path) -> None:
        """There is none."""

    async def pull_code(self) -> None:
        """There is nothing to pull."""

    def to_pull_step(self) -> list[dict[str, Any]]:
        """As in prefect.yaml."""
        return PULL

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Installed)

    __hash__ = object.__hash__


def _schedule(wanted: dict[str, Any]) -> DeploymentScheduleCreate:
    return DeploymentScheduleCreate(
        schedule=CronSchedule(cron=wanted["cron"], timezone=wanted["timezone"]),
        slug=wanted["slug"],
        active=wanted["active"],
    )


async def _bring(client: PrefectClient, wanted: RunnerDeployment) -> bool:
    """Make the deployment, or bring it to this version; whether anything was done."""
    try:
        found = await client.read_deployment_by_name(wanted.full_name)
    except ObjectNotFound:
        await wanted.aapply()
        return True
    if (found.version, found.entrypoint) == (wanted.version, wanted.entrypoint):
        return False
    return await upgrade(client, found, wanted)

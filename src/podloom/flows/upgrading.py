"""Brings a deployment to this version without touching what is the operator's.

RunnerDeployment.aapply() would reset what is filled in, switch schedules off or on, and have the server make
all of them anew where one that was made in the UI has no slug.
"""

from __future__ import annotations

import logging

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import PrefectHTTPStatusError
from prefect.utilities.callables import parameter_schema

from podloom.flows.loading import load_flow

log = logging.getLogger(__name__)
CONFLICT = 409


async def upgrade(client: PrefectClient, found: DeploymentResponse, wanted: RunnerDeployment) -> bool:
    """Change what belongs to the code, and add schedules that are new; whether that could be done.

    Parameters, schedules, limits, queue, tags and job variables stay as they are.
    """
    assert wanted.entrypoint is not None
    assert wanted.storage is not None
    change = DeploymentUpdate(
        version=wanted.version,
        description=wanted.description,
        entrypoint=wanted.entrypoint,
        parameter_openapi_schema=parameter_schema(load_flow(wanted.entrypoint)).model_dump(
            exclude_unset=True
        ),
        pull_steps=wanted.storage.to_pull_step(),
    )
    try:
        await client.update_deployment(found.id, change)
    except PrefectHTTPStatusError as error:
        if error.response.status_code != CONFLICT:
            raise
        log.warning(
            "the deployment %s stays at version %s: what is filled in there does not fit this version's form"
            " (%s); correct it in the UI, then start `podloom serve` again",
            *(wanted.full_name, found.version, error.response.text[:300]),
        )
        return False
    await _add_schedules(client, found, wanted)
    return True


async def _add_schedules(client: PrefectClient, found: DeploymentResponse, wanted: RunnerDeployment) -> None:
    known = {schedule.slug for schedule in found.schedules}
    new = [schedule for schedule in wanted.schedules or () if schedule.slug not in known]
    if not new:
        return
    body = [schedule.model_dump(mode="json", exclude_unset=True) for schedule in new]
    try:
        await client.request("POST", "/deployments/{id}/schedules", path_params={"id": found.id}, json=body)
    except PrefectHTTPStatusError as error:
        if error.response.status_code != CONFLICT:  # another worker has just added it
            raise

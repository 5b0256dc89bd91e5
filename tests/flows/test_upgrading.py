"""A new version comes to a server where somebody has filled in a show."""

from importlib.metadata import version

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.schedules import CronSchedule

from podloom.flows.deploying import deploy_all
from podloom.flows.worker import POOL_TYPE

pytestmark = pytest.mark.prefect
NAME = "scheduled-show/scheduled-show"
OURS = {"show": {"podcast": "Ours", "pages": ["https://example.org/"]}}


async def deployment():
    async with get_client() as client:
        return await client.read_deployment_by_name(NAME)


async def change(**fields):
    async with get_client() as client:
        await client.update_deployment((await deployment()).id, DeploymentUpdate(**fields))


@pytest.fixture
async def operated(deployed):
    """A deployment of an older version, filled in and switched on in the UI."""
    found = await deployment()
    async with get_client() as client:
        for schedule in found.schedules:
            await client.update_deployment_schedule(found.id, schedule.id, active=True)
        evening = DeploymentScheduleCreate(schedule=CronSchedule(cron="0 18 * * *"), active=True)
        body = [evening.model_dump(mode="json", exclude_unset=True)]
        await client.request("POST", "/deployments/{id}/schedules", path_params={"id": found.id}, json=body)
    await change(parameters=OURS, version="0.0.9", description="old", concurrency_limit=9, tags=["mine"])
    yield await deployment()
    async with get_client() as client:
        await client.delete_deployment((await deployment()).id)
    await deploy_all(POOL_TYPE)


async def test_what_is_filled_in_and_switched_on_stays(operated):
    assert await deploy_all(POOL_TYPE) == [NAME]
    upgraded = await deployment()
    assert upgraded.version == version("podloom")
    assert upgraded.description.startswith("The next episode of a show")
    assert upgraded.parameters == OURS
    assert {one.id: one.active for one in upgraded.schedules} == {one.id: True for one in operated.schedules}
    assert len(upgraded.schedules) == 2
    assert upgraded.global_concurrency_limit.limit == 9
    assert upgraded.tags == ["mine"]


@pytest.mark.slow
async def test_a_schedule_that_is_new_in_this_version_is_added_beside_the_others(operated):
    (morning,) = [one for one in operated.schedules if one.slug]
    async with get_client() as client:
        await client.delete_deployment_schedule(operated.id, morning.id)
    await deploy_all(POOL_TYPE)
    schedules = {one.slug: one.active for one in (await deployment()).schedules}
    assert schedules == {None: True, "every-morning": False}


@pytest.mark.slow
async def test_what_does_not_fit_the_new_form_is_left_as_it_is_and_named(operated, caplog):
    await change(
        parameters={"show": {"title": "of an old form"}},
        parameter_openapi_schema={"type": "object", "properties": {}},
    )
    assert await deploy_all(POOL_TYPE) == []
    assert (await deployment()).version == "0.0.9"
    assert f"{NAME} stays at version 0.0.9" in caplog.text

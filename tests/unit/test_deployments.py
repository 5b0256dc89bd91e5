"""prefect.yaml: every entry point loads for real, takes its parameters and has a form that can be read."""

import sys
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
import yaml
from prefect import flow_engine
from prefect.client.schemas.objects import FlowRun
from prefect.flows import load_flow_from_entrypoint

from podloom.flows import worker
from podloom.flows.deploying import FILE, POOL, PULL, QUEUES, as_deployment, read_deployments
from podloom.flows.podcast import generate_podcast_flow
from podloom.flows.pulling import installed_package

ROOT = Path(__file__).parents[2]
DEPLOYMENTS = read_deployments()
NEEDED = {"revoice": {"script": "out/episode/script.json"}}
"""What a person has to fill in."""


def load(deployment):
    return load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)


def test_the_clone_and_the_package_have_the_same_file():
    assert (ROOT / "prefect.yaml").resolve() == FILE
    assert yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["pull"] == PULL
    assert installed_package() == {"version": version("podloom")}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_the_entry_point_loads_and_takes_its_parameters(deployment):
    flow = load(deployment)
    assert flow.name == deployment["name"]
    flow.validate_parameters(deployment.get("parameters", {}) | NEEDED.get(deployment["name"], {}))


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_what_is_deployed_is_the_entry_point_with_its_form(deployment):
    made, flow = as_deployment(deployment), load(deployment)
    assert (made.entrypoint, made.full_name) == (deployment["entrypoint"], f"{flow.name}/{flow.name}")
    assert made._parameter_openapi_schema == flow.parameters


class ToldPath(list):
    """sys.path that tells of every change."""

    def __init__(self, entries):
        super().__init__(entries)
        self.changes = []

    def insert(self, place, entry):
        self.changes.append(entry)
        super().insert(place, entry)


@pytest.fixture
def path_changes(monkeypatch):
    """Directories that were put into sys.path: other threads import at the same time."""
    path = ToldPath(sys.path)
    monkeypatch.setattr(sys, "path", path)
    return path.changes


def test_deploying_leaves_the_import_path_alone(path_changes):
    for deployment in DEPLOYMENTS:
        as_deployment(deployment)
    assert path_changes == []


async def test_a_worker_leaves_the_import_path_alone_when_it_begins_a_run(path_changes, monkeypatch):
    begun = []

    async def run_flow(flow, **_):
        begun.append(flow)

    async def read_deployment(_):
        return SimpleNamespace(entrypoint="podloom.flows.podcast.generate_podcast_flow")

    monkeypatch.setattr(worker, "run_flow", run_flow)
    monkeypatch.setattr(worker.SyncClientContext, "get_or_create", nullcontext)  # it would start a server
    one = worker.WarmWorker(work_pool_name=POOL)
    one._client = SimpleNamespace(read_deployment=read_deployment)
    await one.run(FlowRun(flow_id=uuid4(), deployment_id=uuid4()), configuration=None)
    assert begun == [generate_podcast_flow]
    assert path_changes == []


def test_a_server_that_has_forgotten_its_leases_stops_no_run(monkeypatch):
    asked = []
    monkeypatch.setattr(flow_engine, "amaintain_concurrency_lease", None)
    monkeypatch.setattr(
        worker, "amaintain_concurrency_lease", lambda *args, **given: asked.append((args, given))
    )
    worker.outlive_lost_leases()
    lease = uuid4()
    flow_engine.amaintain_concurrency_lease(lease, 300, raise_on_lease_renewal_failure=True)
    assert asked == [((lease, 300), {"raise_on_lease_renewal_failure": False})]


async def test_a_server_that_is_away_ends_no_worker(monkeypatch):
    async def away(*_, **__):
        raise httpx.ConnectError("nobody")

    monkeypatch.setattr(worker.BaseWorker, "get_and_submit_flow_runs", away)
    monkeypatch.setattr(worker.BaseWorker, "_sync_and_initialize", away)
    one = worker.WarmWorker(work_pool_name=POOL)
    assert await one.get_and_submit_flow_runs() == []
    await one._sync_and_initialize()


async def test_a_server_that_takes_no_labels_costs_no_run():
    asked = []

    async def update_flow_run_labels(run_id, _labels):
        asked.append(run_id)
        raise httpx.HTTPError("503")

    one = worker.WarmWorker(work_pool_name=POOL)
    one._client = SimpleNamespace(update_flow_run_labels=update_flow_run_labels)
    run_id = uuid4()
    await one._give_worker_labels_to_flow_run(run_id)
    assert asked == [run_id]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_it_has_this_version_a_queue_that_exists_and_a_limit(deployment):
    assert deployment["version"] == version("podloom")
    assert deployment["work_pool"]["name"] == POOL
    assert deployment["work_pool"]["work_queue_name"] in QUEUES
    limit = as_deployment(deployment).concurrency_options
    assert limit.collision_strategy == deployment["concurrency_limit"]["collision_strategy"]


@pytest.mark.parametrize(
    ("name", "model"), [("generate-podcast", "EpisodeRequest"), ("scheduled-show", "Show")]
)
def test_every_field_of_the_form_has_a_title_a_help_text_and_a_place(name, model):
    (deployment,) = (entry for entry in DEPLOYMENTS if entry["name"] == name)
    fields = load(deployment).parameters.definitions[model]["properties"]
    assert [field["position"] for field in fields.values()] == list(range(len(fields)))
    assert all(field["title"] and len(field["description"]) > 5 for field in fields.values())


def test_only_the_clean_up_and_the_benchmark_run_by_themselves():
    active = {
        deployment["name"]: [schedule["active"] for schedule in deployment["schedules"]]
        for deployment in DEPLOYMENTS
        if "schedules" in deployment
    }
    assert active == {
        "scheduled-show": [False],
        "clean-up": [True],
        "find-lost-runs": [False],
        "daily-benchmark": [True],
    }

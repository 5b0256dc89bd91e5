"""prefect.yaml: every entry point loads for real, takes its parameters and has a form that can be read."""

from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

from podloom.flows.deploying import FILE, POOL, PULL, QUEUES, as_deployment, read_deployments
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

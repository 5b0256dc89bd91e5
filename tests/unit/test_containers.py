"""compose.yaml and Dockerfile: what can be checked without a container engine."""

import re
from pathlib import Path

import click
import prefect.settings
import pytest
import typer
import yaml

from podloom.cli.app import build_app
from podloom.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_memory_limit_a_health_check_and_comes_back(name):
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_it_waits_for_what_is_healthy_and_uses_volumes_and_configs_that_exist(name):
    service = SERVICES[name]
    for other, wanted in service.get("depends_on", {}).items():
        assert wanted == {"condition": "service_healthy"}
        assert other in SERVICES
    assert {volume.partition(":")[0] for volume in service.get("volumes", ())} <= set(COMPOSE["volumes"])
    assert {config["source"] for config in service.get("configs", ())} <= set(COMPOSE["configs"])


def parsed(service):
    """The options of a service's command, as the command reads them."""
    name, *options = SERVICES[service]["command"]
    commands = typer.main.get_command(build_app()).commands
    with click.Context(commands[name]) as context:
        commands[name].parse_args(context, options)
    return context.params


def test_the_worker_runs_a_command_that_exists():
    assert parsed("worker")["limit"] == 4


def test_workers_use_the_speech_server_with_its_key():
    speech, worker = SERVICES["speech"], SERVICES["worker"]["environment"]
    asked = parsed("speech")
    assert (asked["engine"], asked["host"]) == ("kokoro", "0.0.0.0")
    assert f":-http://speech:{asked['port']}/v1}}" in worker["PODLOOM_SPEECH_BASE_URL"]
    key = speech["environment"]["PODLOOM_SPEECHSERVER_API_KEY"]
    assert key == worker["PODLOOM_SPEECH_API_KEY"]
    assert f":{asked['port']}/health" in speech["healthcheck"]["test"][-1]


def test_what_is_spoken_may_end_when_the_speech_server_is_stopped():
    grace_s = int(SERVICES["speech"]["stop_grace_period"].removesuffix("s"))
    assert grace_s > Settings().speechserver.drain_s


def test_every_variable_is_a_setting(monkeypatch):
    named = dict(re.findall(r"\b(PODLOOM_[A-Z_]+)[=:] *([^ \n$\\]*)", DOCKERFILE))
    for service in SERVICES.values():
        named |= {k: v for k, v in service.get("environment", {}).items() if k.startswith("PODLOOM_")}
    for name, value in named.items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+(:-)?([^}]*)\}", r"\2", value))
    settings = load_settings()
    assert settings.database_url.get_secret_value().endswith("@postgres:5432/podloom")
    given = settings.model_dump(exclude_unset=True)
    groups = {name.removeprefix("PODLOOM_").lower() for name in named}
    flat = {
        f"{key}_{inner}" if isinstance(value, dict) else key
        for key, value in given.items()
        for inner in (value if isinstance(value, dict) else [key])
    }
    assert groups == flat


def test_prefects_variables_are_settings_of_this_prefect():
    names = {
        name
        for service in SERVICES.values()
        for name in service.get("environment", {})
        if name.startswith("PREFECT_")
    }
    unknown = {name for name in names if not hasattr(prefect.settings, name)}
    assert unknown == set()


def test_the_image_is_the_lock_file_and_no_root():
    assert "--frozen" in DOCKERFILE
    assert DOCKERFILE.index("USER podloom") < DOCKERFILE.index("ENTRYPOINT")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert [path for path in source.split() if not (ROOT / path).exists()] == []

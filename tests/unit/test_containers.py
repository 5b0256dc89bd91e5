"""compose.yaml and Dockerfile: what can be checked without a container engine."""

import json
import re
import shlex
import tomllib
from importlib.resources import files
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
OURS = ("speech", "library", "worker")


def test_the_file_is_what_the_compose_specification_says():
    checker = pytest.importorskip("check_jsonschema")
    schema = files(checker) / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = pytest.importorskip("jsonschema").Draft202012Validator(json.loads(schema.read_text("utf-8")))
    assert [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(COMPOSE)] == []


def test_every_instruction_of_the_image_is_read_as_meant(tmp_path):
    parser = pytest.importorskip("dockerfile_parse").DockerfileParser(path=str(tmp_path))
    parser.content = DOCKERFILE
    known = {"FROM", "COPY", "WORKDIR", "ENV", "ARG", "RUN", "USER", "VOLUME", "STOPSIGNAL", "COMMENT"}
    assert {step["instruction"] for step in parser.structure} - known == {"ENTRYPOINT", "CMD"}
    build, final = parser.parent_images[0], parser.parent_images[-1]
    assert build == final  # what was built for one Python runs with the same
    last = {step["instruction"]: step["value"] for step in parser.structure}
    assert json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"]) == ["podloom", "serve"]


def test_the_image_has_every_extra_that_its_settings_and_services_can_ask_for():
    (extras,) = re.findall(r'^ARG EXTRAS="(.*)"$', DOCKERFILE, re.MULTILINE)
    asked = set(shlex.split(extras)) - {"--extra"}
    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert asked == set(known) - {"piper", "coqui"}  # which bring PyTorch, or another licence


@pytest.mark.parametrize("name", OURS)
def test_what_stands_in_the_env_file_reaches_every_service_of_ours(name):
    assert SERVICES[name]["env_file"] == [{"path": ".env", "required": False}]


def test_the_library_can_be_opened_where_the_links_of_runs_lead():
    library, worker = SERVICES["library"]["environment"], SERVICES["worker"]["environment"]
    assert (library["PODLOOM_LISTENING_HOST"], worker["PODLOOM_LISTENING_PORT"]) == ("0.0.0.0", "0")
    (port,) = SERVICES["library"]["ports"]
    assert port.endswith(f":{library['PODLOOM_LISTENING_PORT']}")
    assert f"http://localhost:{port.split(':')[1]}}}" in worker["PODLOOM_LISTENING_URL"]
    assert SERVICES["library"]["volumes"] == SERVICES["worker"]["volumes"]
    assert parsed("library") == {}


def test_redis_forgets_what_is_old_before_what_is_held_and_never_what_has_no_end():
    command = SERVICES["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "volatile-lru"
    assert command[command.index("--maxmemory") + 1] == "768mb"


def test_api_servers_and_background_services_share_everything():
    servers, services = SERVICES["prefect"], SERVICES["prefect-services"]
    assert servers["environment"] == services["environment"]
    assert "--no-services" in servers["entrypoint"]
    assert servers["depends_on"] == {"prefect-services": {"condition": "service_healthy"}}
    first, last = re.fullmatch(r"127\.0\.0\.1:(\d+)-(\d+):4200", servers["ports"][0]).groups()
    assert int(last) > int(first)  # so that there can be several


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
    if unknown:
        redis = pytest.importorskip("prefect_redis.client").RedisMessagingSettings
        assert unknown <= {f"PREFECT_REDIS_MESSAGING_{name.upper()}" for name in redis.model_fields}


def test_the_image_is_the_lock_file_and_no_root():
    assert "--frozen" in DOCKERFILE
    assert DOCKERFILE.index("USER podloom") < DOCKERFILE.index("ENTRYPOINT")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert [path for path in source.split() if not (ROOT / path).exists()] == []

"""What the options of `make` and `submit` ask for."""

import typer

from fixtures.prefect_stub import look, prefect_stub
from fixtures.trees import TREES
from podloom import EpisodeRequest
from podloom.cli.app import build_app
from podloom.cli.asked import asked_fields

OPTIONS = (
    *("--title", "Trees", "--format", "narration", "--speakers", "Ann:host=nova (warm, slow)"),
    *("--pronounce", "nginx=engine ex", "--pronounce", "a=b", "--formats", "opus, mp3,opus"),
    *("--minutes", "2"),
)
ASKED = {
    "title": "Trees",
    "format": "narration",
    "speakers": [{"name": "Ann", "voice": "nova", "role": "host", "tone": "warm, slow"}],
    "pronunciations": ["nginx=engine ex", "a=b"],
    "formats": ["opus", "mp3"],
    "minutes": 2.0,
}


def test_what_is_left_out_stays_the_deployments_own_default(podloom, monkeypatch):
    with prefect_stub(look("RUNNING")) as (url, posted):
        monkeypatch.setenv("PREFECT_API_URL", url)
        ran = podloom("submit", TREES, *OPTIONS, "--priority", "breaking", "--json")
    assert (ran.code, ran.json) == (0, {"run": "run-1"}), ran.err
    ((_, body),) = posted
    assert body["work_queue_name"] == "breaking"
    assert body["parameters"]["request"] == {"sources": [TREES], "priority": "breaking", **ASKED}


def test_every_option_of_a_request_reaches_it():
    commands = typer.main.get_command(build_app()).commands
    fields = asked_fields({param.name: param.default for param in commands["make"].params})
    assert set(fields) == set(EpisodeRequest.model_fields) - {"sources", "script"}
    defaults = EpisodeRequest().model_dump()
    assert {name: defaults[name] for name in fields} == fields

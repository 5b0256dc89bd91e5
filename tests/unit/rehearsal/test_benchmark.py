"""What a benchmark says about itself and its machine."""

import os

import pytest

from podloom.rehearsal import SCENARIOS
from podloom.rehearsal.benchmark import MINUTES, as_benchmark, main
from podloom.rehearsal.machine import machine
from podloom.rehearsal.workload import (
    Measured,
    PacedServer,
    floor_s,
    measure,
    sequential_s,
    settings_for,
    source_text,
)
from podloom.settings import LLMSettings, Settings, SpeechSettings


@pytest.fixture
def operated(monkeypatch):
    """An operator's environment."""
    for name, value in {
        "PODLOOM_WEBHOOK_URL": "https://operator.example/hook",
        "podloom_audio_gap_s": "2",
        "PODLOOM_OUT_ROOT": "/srv/episodes",
        "PODLOOM_LIMITS_MIX_S": "1",
        "PODLOOM_LLM_BEAT_WORDS": "0",
        "PODLOOM_CACHE_REDIS_URL": "redis://operator.example",
        "PODLOOM_DATABASE_URL": "sqlite:///operator.db",
        "PODLOOM_LOG_LEVEL": "chatty",
    }.items():
        monkeypatch.setenv(name, value)


def test_an_operators_settings_are_none_of_a_benchmarks(tmp_path, operated):
    made = settings_for(PacedServer("http://127.0.0.1:1/v1"), tmp_path)
    default = {name: field.get_default() for name, field in Settings.model_fields.items() if name != "home"}
    own = {name for name, value in default.items() if getattr(made, name) != value}
    assert own == {"llm", "speech"}
    assert made.llm == LLMSettings(base_url="http://127.0.0.1:1/v1", api_key="any", model="rehearsal")
    assert made.speech == SpeechSettings(base_url="http://127.0.0.1:1/v1", api_key="any")
    assert made.home == tmp_path


def test_every_workload_is_a_scenario():
    assert set(MINUTES) <= set(SCENARIOS)


def test_the_floor_is_the_critical_path_and_the_rest_is_waiting_in_line():
    assert floor_s(SCENARIOS["seed"], 3) == pytest.approx(4.0 + 9.5 / 3 + 0.9)
    assert sequential_s(SCENARIOS["seed"]) == pytest.approx(4.0 + 5 * 9.5 + 25 * 0.9)


async def test_times_are_taken_from_the_servers_own_record(rehearsal):
    server = rehearsal()

    async def make(tell):
        return None

    measured = await measure(PacedServer(server.base_url), make)
    assert (measured.first_clip_s, measured.before_first_call_s, measured.counts) == (0.0, 0.0, {})
    assert measured.wall_s >= 0


def test_it_can_be_compared_with_others_of_its_machine():
    measured = Measured(None, 9.0, 3.0, 2.5, 0.1, 0.2, {}, {}, 3.2)
    made = as_benchmark("seed", measured)
    assert (made.name, made.wall_s, made.first_clip_s, made.cpu_s) == ("seed", 9.0, 2.5, 3.0)
    assert made.floor_s == pytest.approx(8.0667, abs=1e-3)
    assert made.machine == machine()
    assert f"{os.cpu_count()} cores, Python 3." in machine()


def test_texts_differ_by_seed_and_have_the_length_that_is_asked_for():
    assert source_text() == source_text()
    assert source_text(seed=1) != source_text()
    assert len(source_text(300).split()) >= 300


def test_a_workload_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "invalid choice: 'nothing'" in capsys.readouterr().err


@pytest.mark.slow
def test_the_whole_workload_prints_one_line(capsys):
    import json

    main(["fast"])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["wall_s"] > 0

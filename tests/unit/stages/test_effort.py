"""The estimate that decides between here and the queue."""

import pytest

from podloom.domain import EpisodeRequest
from podloom.settings import Settings, SpeechSettings
from podloom.stages.effort import CPU_S_PER_MINUTE, START_CPU_S, cpu_s
from podloom.tts.engine import ENGINES

INLINE_S = Settings().runs.inline_cpu_s


def asked(engine, minutes):
    return EpisodeRequest(sources=("a text",), engine=engine, minutes=minutes)


def test_every_engine_was_measured():
    assert set(CPU_S_PER_MINUTE) == set(ENGINES)


@pytest.mark.parametrize(
    ("engine", "minutes", "inline"),
    [
        ("openai", 30, True),
        ("openai", 60, False),
        ("kokoro", 0.5, True),
        ("kokoro", 1, False),
        ("tone", 5, True),
    ],
)
def test_by_default_servers_voices_are_used_here_and_embedded_ones_on_a_worker(engine, minutes, inline):
    settings = Settings(speech=SpeechSettings(base_url="http://127.0.0.1:9/v1", api_key="k"))
    assert (cpu_s(asked(engine, minutes), settings) <= INLINE_S) is inline


def test_it_grows_with_the_minutes():
    one, two, three = (cpu_s(asked("tone", minutes), Settings()) for minutes in (1, 2, 3))
    assert one > START_CPU_S
    assert two - one == pytest.approx(three - two)


@pytest.mark.parametrize(("model", "inline"), [("tts_models/en/vctk/vits", True), ("xtts_v2", False)])
def test_coqui_depends_on_its_model(model, inline):
    settings = Settings(speech=SpeechSettings(coqui_model=model))
    assert (cpu_s(asked("coqui", 3), settings) <= INLINE_S) is inline

"""What Prometheus sees of runs that ended, and of the moment."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fixtures.ends import run_end
from podloom.domain import Alert, StageTiming
from podloom.errors import SettingsError
from podloom.metrics.endpoint import metrics_server
from podloom.metrics.prometheus import Metrics, stage_label
from podloom.settings import MetricsSettings

QUEUES = {"kokoro": {"waiting": 3, "running": 2}}


@pytest.fixture
def metrics():
    return Metrics(lambda: QUEUES, lambda: 4)


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, labels)


def test_a_run_that_is_done(metrics):
    timings = tuple(
        StageTiming(name=name, start_s=0.0, duration_s=2.0)
        for name in ("chapter 1", "chapter 2", "read back")
    )
    counters = {
        "cache.tts.hit": 3.0,
        "cache.tts.miss": 7.0,
        "llm.calls": 2.0,
        "llm.prompt_tokens": 900.0,
        "speech.characters": 5.0,
    }
    metrics.observe(run_end(timings=timings, counters=counters))
    assert value(metrics, "podloom_episodes_total", outcome="done", language="en", engine="tone") == 1
    assert value(metrics, "podloom_run_seconds_sum", outcome="done", engine="tone") == 2.0
    assert value(metrics, "podloom_segments_total", engine="tone") == 10
    assert value(metrics, "podloom_segments_per_second_sum", engine="tone") == 5.0
    assert value(metrics, "podloom_audio_seconds_total", language="en", engine="tone") == 40.0
    assert value(metrics, "podloom_stage_seconds_count", stage="chapter") == 2
    assert value(metrics, "podloom_stage_seconds_sum", stage="read_back") == 2.0
    assert value(metrics, "podloom_cache_lookups_total", tier="tts", result="hit") == 3
    assert value(metrics, "podloom_cache_lookups_total", tier="tts", result="miss") == 7
    assert value(metrics, "podloom_calls_total", of="llm") == 2
    assert value(metrics, "podloom_llm_tokens_total", kind="prompt") == 900
    assert value(metrics, "podloom_cost_total") == 0.5


def test_a_run_that_failed_counts_as_an_error_and_makes_no_audio(metrics):
    metrics.observe(run_end(outcome="failed", cost=None))
    assert value(metrics, "podloom_episodes_total", outcome="failed", language="en", engine="tone") == 1
    assert value(metrics, "podloom_errors_total", error="SpeechError") == 1
    assert value(metrics, "podloom_audio_seconds_total", language="en", engine="tone") is None
    assert (value(metrics, "podloom_unpriced_runs_total"), value(metrics, "podloom_cost_total")) == (1, 0)


def test_what_is_true_at_this_moment(metrics):
    assert value(metrics, "podloom_speech_queue_lines", engine="kokoro", state="waiting") == 3
    assert value(metrics, "podloom_speech_queue_lines", engine="kokoro", state="running") == 2
    assert value(metrics, "podloom_runs_running") == 4
    assert value(metrics, "podloom_memory_bytes") > 10e6
    assert value(metrics, "process_resident_memory_bytes") > 10e6


@pytest.mark.parametrize("active", [True, False])
def test_an_alert_is_1_while_it_stands(metrics, active):
    metrics.observe_alert(Alert(name="mean_s", active=active, value=9.0, limit=8.0, message="slow"))
    assert value(metrics, "podloom_alert_active", alert="mean_s") == active


@pytest.mark.parametrize(
    ("name", "label"), [("chapter 12", "chapter"), ("read back", "read_back"), ("mix", "mix")]
)
def test_stages_have_few_labels(name, label):
    assert stage_label(name) == label


def test_the_page_is_there_as_long_as_the_server(metrics):
    import httpx

    with metrics_server(metrics.registry, MetricsSettings()) as address:
        page = httpx.get(address).text
    names = {family.name for family in text_string_to_metric_families(page)}
    assert {"podloom_runs_running", "podloom_speech_queue_lines", "process_cpu_seconds"} <= names
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_a_port_that_is_taken_is_one_sentence(metrics):
    with metrics_server(metrics.registry, MetricsSettings()) as address:
        port = int(address.split(":")[2].partition("/")[0])
        taken = MetricsSettings(port=port)
        with (
            pytest.raises(SettingsError, match=f"PODLOOM_METRICS_PORT {port}"),
            metrics_server(metrics.registry, taken),
        ):
            pass

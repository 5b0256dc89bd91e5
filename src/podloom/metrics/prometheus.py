"""Podloom's Prometheus metrics; docs/metrics.md lists names and labels, and dashboards rely on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from podloom.domain import Alert, RunEnd
from podloom.metrics.memory import memory_bytes

SECONDS = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800, 3600)
"""From a stage that finds everything to an hour of local voices."""
RATES = (0.1, 0.3, 1, 2, 3, 5, 10, 30, 100)
TOKENS = {"llm.prompt_tokens": "prompt", "llm.completion_tokens": "completion", "llm.cached_tokens": "cached"}


QueueReader = Callable[[], Mapping[str, Mapping[str, int]]]
"""Lines by engine and state: {"kokoro": {"waiting": 3, "running": 2}}."""


class Metrics:
    """All metrics of a process, on a registry of their own; counters start at 0 with the process."""

    def __init__(self, queues: QueueReader, running: Callable[[], float]) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(_QueueCollector(queues))
        Gauge("podloom_memory_bytes", "Resident memory", registry=registry).set_function(memory_bytes)
        Gauge("podloom_runs_running", "Runs under way", registry=registry).set_function(running)
        self._alerts = Gauge("podloom_alert_active", "1 while raised", ["alert"], registry=registry)
        self._make_histograms()
        self._make_counters()

    def _make_histograms(self) -> None:
        registry = self.registry
        self._stages = Histogram(
            "podloom_stage_seconds", "Time of a stage", ["stage"], buckets=SECONDS, registry=registry
        )
        self._runs = Histogram(
            "podloom_run_seconds", "Time of a run", ["outcome", "engine"], buckets=SECONDS, registry=registry
        )
        self._rates = Histogram(
            "podloom_segments_per_second",
            "Lines of an episode by its time",
            ["engine"],
            buckets=RATES,
            registry=registry,
        )

    def _make_counters(self) -> None:
        registry = self.registry
        self._episodes = Counter(
            "podloom_episodes", "Runs that ended", ["outcome", "language", "engine"], registry=registry
        )
        self._errors = Counter("podloom_errors", "Failed runs", ["error"], registry=registry)
        self._segments = Counter("podloom_segments", "Lines with a clip", ["engine"], registry=registry)
        self._audio_s = Counter(
            "podloom_audio_seconds", "Length of what was made", ["language", "engine"], registry=registry
        )
        self._lookups = Counter(
            "podloom_cache_lookups", "Cache lookups", ["tier", "result"], registry=registry
        )
        self._cost = Counter("podloom_cost", "By the prices in the settings", registry=registry)
        self._unpriced = Counter("podloom_unpriced_runs", "Runs of unknown cost", registry=registry)
        self._tokens = Counter("podloom_llm_tokens", "Tokens", ["kind"], registry=registry)
        self._calls = Counter("podloom_calls", "Calls of models", ["of"], registry=registry)

    def observe(self, end: RunEnd) -> None:
        """Count a run that ended."""
        self._episodes.labels(end.outcome, end.language, end.engine).inc()
        self._runs.labels(end.outcome, end.engine).observe(end.seconds)
        self._segments.labels(end.engine).inc(end.segments)
        for timing in end.timings:
            self._stages.labels(stage_label(timing.name)).observe(timing.duration_s)
        if end.outcome == "failed":
            self._errors.labels(end.error_class).inc()
        if end.outcome == "done":
            self._audio_s.labels(end.language, end.engine).inc(end.audio_s)
            self._rates.labels(end.engine).observe(end.segments / end.seconds if end.seconds else 0.0)
        if end.cost is None:
            self._unpriced.inc()
        else:
            self._cost.inc(end.cost)
        self._count(end.counters)

    def observe_alert(self, alert: Alert) -> None:
        """Note that an alert was raised or cleared."""
        self._alerts.labels(alert.name).set(alert.active)

    def _count(self, counters: Mapping[str, float]) -> None:
        for name, value in counters.items():
            if name.startswith("cache."):
                _, tier, result = name.split(".")
                self._lookups.labels(tier, result).inc(value)
            elif name in TOKENS:
                self._tokens.labels(TOKENS[name]).inc(value)
            elif name.endswith(".calls"):
                self._calls.labels(name.removesuffix(".calls")).inc(value)


class _QueueCollector(Collector):
    """The queues as they are at the moment of the scrape."""

    def __init__(self, read: QueueReader) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("podloom_speech_queue_lines", "Lines by state", labels=["engine", "state"])
        for engine, states in self._read().items():
            for state, lines in states.items():
                family.add_metric([engine, state], lines)
        yield family


def stage_label(name: str) -> str:
    """Few labels: all chapters are one stage."""
    return "chapter" if name.startswith("chapter ") else name.replace(" ", "_")

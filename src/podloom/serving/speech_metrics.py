"""What a speech server counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from podloom.serving.speech_desk import Desk
from podloom.stages.metering import metrics_registry
from podloom.tts.engine import SpeechEngine

PREFIX = "podloom_speech_server"
SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45, 90)


class SpeechMetrics:
    """The counters of one server, in a registry of their own."""

    def __init__(self, engine: SpeechEngine, desk: Desk) -> None:
        self.registry = registry = CollectorRegistry()
        self.calls = Counter(f"{PREFIX}_calls", "Calls by how they ended.", ["outcome"], registry=registry)
        """spoken, busy, refused, failed, or left: the caller hung up."""
        self.waited = Histogram(
            f"{PREFIX}_waited_seconds", "From the call to its turn.", buckets=SECONDS, registry=registry
        )
        self.spoke = Histogram(
            f"{PREFIX}_spoke_seconds", "Time of the voice.", buckets=SECONDS, registry=registry
        )
        self.audio = Counter(f"{PREFIX}_audio_seconds", "Sound that was made.", registry=registry)
        self.characters = Counter(f"{PREFIX}_characters", "Text that was spoken.", registry=registry)
        running = Gauge(f"{PREFIX}_running", "Calls that are being spoken.", registry=registry)
        running.set_function(lambda: desk.queue.stats.running)
        waiting = Gauge(f"{PREFIX}_waiting", "Calls in the waiting room.", registry=registry)
        waiting.set_function(lambda: desk.queue.stats.waiting)
        Gauge(f"{PREFIX}_slots", "Calls at once.", registry=registry).set(engine.concurrency)

    def page(self) -> bytes:
        """In Prometheus' text format, with what every process of Podloom shows: its memory, say."""
        return generate_latest(self.registry) + generate_latest(metrics_registry())

"""Spans of a run, as OpenTelemetry's own exporter for tests sees them; and who gets none."""

import sys
from types import SimpleNamespace

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from podloom import EpisodeRequest, MissingDependencyError, SettingsError, SpeechError, generate_podcast_async
from podloom.rehearsal import Scenario
from podloom.settings import LLMSettings, Settings, SpeechSettings
from podloom.stages import shared
from podloom.tracing import span, traced_run

OTLP = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
SECRETS = ("Street trees", "k-e-y", "Their leaves")


@pytest.fixture
def exported(monkeypatch):
    """Spans that an application's own provider has exported."""
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    yield exporter.get_finished_spans
    monkeypatch.undo()
    with traced_run({}):  # the next test finds nobody who wants spans
        pass


@pytest.fixture
def installed(monkeypatch):
    """Providers that Podloom has set itself."""
    providers = []
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    monkeypatch.setattr(trace, "set_tracer_provider", providers.append)
    yield providers
    for provider in providers:
        provider.shutdown()


async def test_a_run_is_a_tree_of_spans_without_a_word_of_it(exported, rehearsal, tmp_path):
    server = rehearsal(Scenario())
    asked = EpisodeRequest(
        sources=("Street trees cool a city. Their leaves shade walls, and water cools them.",),
        title="Street trees",
        minutes=0.5,
        engine="openai",
        writer="openai",
        music=False,
        disclosure=False,
        out=str(tmp_path / "out"),
    )
    settings = Settings(
        llm=LLMSettings(base_url=server.base_url, api_key="k-e-y", model="rehearsed"),
        speech=SpeechSettings(base_url=server.base_url, api_key="k-e-y"),
    )
    episode = await generate_podcast_async(asked, settings=settings, orchestration="inline")
    await shared.close()
    spans = [one for one in exported() if one.instrumentation_scope.name == "podloom"]
    names = {one.context.span_id: one.name for one in spans}
    tree = {(names[one.parent.span_id] if one.parent else "", one.name) for one in spans}
    stages = {"sources", "outline", "chapter", "mix", "publish", "record"}
    assert tree == {("", "run"), ("outline", "llm"), ("chapter", "llm"), ("chapter", "clip")} | {
        ("run", stage) for stage in stages
    }
    assert len({one.context.trace_id for one in spans}) == 1
    by_name = {one.name: dict(one.attributes) for one in spans}
    assert by_name["run"] == {
        "podloom.run": episode.run_id,
        "podloom.language": "en",
        "podloom.engine": "openai",
        "podloom.writer": episode.writer,
    }
    assert by_name["llm"].keys() == {
        f"podloom.{name}"
        for name in ("model", "shape", "prompt_tokens", "completion_tokens", "cached_tokens")
    }
    told = ("engine", "chapter", "cached", "duration_s")
    assert by_name["clip"].keys() == {f"podloom.{name}" for name in told}
    assert sum(one.name == "clip" for one in spans) == episode.segments
    shown = "".join(one.to_json() for one in spans)
    assert [secret for secret in SECRETS if secret in shown] == []


def test_an_error_is_named_by_its_class_only(exported):
    with pytest.raises(SpeechError), traced_run({}), span("clip", current=False):
        raise SpeechError("Their leaves cannot be spoken")
    clip, run = exported()
    assert [(one.name, one.status.description, one.events) for one in (clip, run)] == [
        ("clip", "SpeechError", ()),
        ("run", "SpeechError", ()),
    ]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", **ENDPOINT},
        {"OTEL_SDK_DISABLED": "true", **ENDPOINT},
        {"OTEL_SERVICE_NAME": "mine"},
    ],
)
def test_who_asks_for_no_traces_gets_none(installed, environment):
    with traced_run(environment) as tell:
        tell(run="r1")
    assert installed == []


@pytest.mark.parametrize("environment", [ENDPOINT, {"OTEL_TRACES_EXPORTER": "otlp"}])
def test_the_variables_are_enough(installed, environment, monkeypatch):
    monkeypatch.setitem(sys.modules, OTLP, SimpleNamespace(OTLPSpanExporter=InMemorySpanExporter))
    with traced_run(environment):
        pass
    (provider,) = installed
    assert provider.resource.attributes["service.name"] == "podloom"


def test_the_service_has_the_name_that_is_set(installed):
    with traced_run({"OTEL_TRACES_EXPORTER": "console", "OTEL_SERVICE_NAME": "mine"}):
        pass
    assert installed[0].resource.attributes["service.name"] == "mine"


def test_an_applications_own_provider_stays(exported, monkeypatch):
    monkeypatch.setattr(trace, "set_tracer_provider", pytest.fail)
    with traced_run(ENDPOINT):
        pass
    assert [one.name for one in exported()] == ["run"]


def test_without_the_extra_the_first_run_says_what_to_install(installed, monkeypatch):
    monkeypatch.setitem(sys.modules, OTLP, None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'podloom\[otel\]'"), traced_run(ENDPOINT):
        pass


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER names 'zipkin'; choose of otlp, console"),
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", **ENDPOINT},
            "PROTOCOL is 'grpc'; Podloom sends http/protobuf",
        ),
    ],
)
def test_what_podloom_cannot_do_is_said(installed, environment, said):
    with pytest.raises(SettingsError, match=said), traced_run(environment):
        pass

"""OpenTelemetry spans of a run: run > stages and chapters > calls of the language model, and clips.

Nothing is imported and nothing is recorded unless the application has set a tracer provider, or the OTEL_*
variables ask for traces. Attributes are numbers and names of our own: no texts, prompts, titles or keys.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.metadata import version
from typing import Any

from podloom.errors import MissingDependencyError, SettingsError

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
EXPORTER = "OTEL_TRACES_EXPORTER"
EXPORTERS = {
    "otlp": ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "OTLPSpanExporter"),
    "console": ("opentelemetry.sdk.trace.export", "ConsoleSpanExporter"),
}
Tell = Callable[..., None]
"""Gives a span more attributes, as keywords."""

_tracer: Any = None
"""None: nobody wants spans. Looked up when a run begins."""


@contextmanager
def traced_run(environment: Mapping[str, str] = os.environ) -> Iterator[Tell]:
    """A run's span, if anybody wants spans.

    Raises:
        MissingDependencyError: The variables ask for traces, and the extra is not installed.
        SettingsError: They ask for an exporter that Podloom does not have.
    """
    global _tracer  # noqa: PLW0603 - spans belong to a process
    _tracer = _find_tracer(environment)
    with span("run") as tell:
        yield tell


@contextmanager
def span(name: str, *, current: bool = True, **attributes: float | str) -> Iterator[Tell]:
    """A span around the block; errors are named by their class only, for messages quote what was asked.

    Args:
        name: Few different ones; what differs goes into attributes.
        current: Whether spans that begin inside are its children; not in generators, which change contexts.
        **attributes: "engine" becomes "podloom.engine".
    """
    if _tracer is None:
        yield _nobody
        return
    made = _tracer.start_span(name, attributes=_named(attributes))
    with _use(made) if current else nullcontext():
        try:
            yield lambda **more: made.set_attributes(_named(more))
        except Exception as error:
            made.set_status(import_module("opentelemetry.trace").StatusCode.ERROR, type(error).__name__)
            raise
        finally:
            made.end()


def stage_span(stage: str) -> Any:
    """The span of a stage; "chapter 2" is a chapter's."""
    name, _, number = stage.rpartition(" ")
    return span(name, chapter=int(number)) if number.isdigit() else span(stage)


def _nobody(**_: float | str) -> None:
    """Takes attributes that nobody wants."""


def _named(attributes: Mapping[str, float | str]) -> dict[str, float | str]:
    return {f"podloom.{name}": value for name, value in attributes.items()}


def _use(made: Any) -> Any:
    trace = import_module("opentelemetry.trace")
    return trace.use_span(made, record_exception=False, set_status_on_exception=False)


def _find_tracer(environment: Mapping[str, str]) -> Any:
    """The application's own if there is one, else ours if the variables ask for it, else None."""
    wanted = _wanted(environment)
    if not wanted and "opentelemetry.trace" not in sys.modules:
        return None
    trace = import_module("opentelemetry.trace")
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        if not wanted:
            return None
        trace.set_tracer_provider(_build_provider(wanted, environment))
    return trace.get_tracer("podloom", version("podloom"))


def _wanted(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The exporters that the variables name."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    default = "otlp" if any(environment.get(name) for name in ENDPOINTS) else "none"
    named = (environment.get(EXPORTER) or default).lower().split(",")
    return tuple(name.strip() for name in named if name.strip() not in {"", "none"})


def _build_provider(exporters: tuple[str, ...], environment: Mapping[str, str]) -> Any:
    unknown = [name for name in exporters if name not in EXPORTERS]
    if unknown:
        raise SettingsError(f"{EXPORTER} names {unknown[0]!r}; choose of {', '.join(EXPORTERS)} and none")
    protocol = next(filter(None, map(environment.get, PROTOCOLS)), "http/protobuf")
    if "otlp" in exporters and protocol != "http/protobuf":
        raise SettingsError(f"{PROTOCOLS[1]} is {protocol!r}; Podloom sends http/protobuf")
    found = [EXPORTERS[name] for name in exporters]
    try:
        sdk = import_module("opentelemetry.sdk.trace")
        export = import_module("opentelemetry.sdk.trace.export")
        resources = import_module("opentelemetry.sdk.resources")
        made = [getattr(import_module(module), name)() for module, name in found]
    except ImportError as error:
        raise MissingDependencyError(
            f"the OTEL_* variables ask for traces and {error.name!r} is not installed: pip install"
            f" 'podloom[otel]', or set {EXPORTER}=none"
        ) from error
    name = environment.get("OTEL_SERVICE_NAME") or "podloom"
    provider = sdk.TracerProvider(resource=resources.Resource.create({"service.name": name}))
    for exporter in made:
        provider.add_span_processor(export.BatchSpanProcessor(exporter))
    return provider

"""What a script, a notebook or a service calls."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Literal, TypeVar, cast

from pydantic import ValidationError

from podloom.domain import Episode, EpisodeRequest
from podloom.errors import PodloomError, RequestError, SettingsError
from podloom.settings import Settings, load_settings
from podloom.telemetry import ProgressCallback, Telemetry

T = TypeVar("T")
Orchestration = Literal["auto", "prefect", "inline"]
API_PATIENCE_S = 0.5
"""A Prefect API that does not answer in this time is taken for absent."""

CLEANUP_S = 10.0
"""Longest wait for an interrupted run to stop its calls and remove its files."""


def generate_podcast(
    sources: str | Sequence[str] | EpisodeRequest,
    *,
    settings: Settings | None = None,
    orchestration: Orchestration | None = None,
    on_progress: ProgressCallback | None = None,
    **fields: Any,
) -> Episode:
    """Make an episode and wait for it.

    Works in a script, in a notebook with a running loop and from several threads at once: all runs of a
    process share one background loop, and with it model, connections and speech queue.

    Args:
        sources: Addresses, paths or texts; or a whole request.
        settings: Else the environment's.
        orchestration: "prefect" makes a flow run, "inline" none; "auto" makes one if an API is reachable.
        on_progress: Called with a `Progress` at every change, from the background loop's thread.
        **fields: Fields of EpisodeRequest: title, language, minutes, speakers, engine, out, ...

    Raises:
        RequestError: The request cannot be made; nothing was paid for.
        PodloomError: A stage failed; what was made is kept for the next run.
    """
    run = generate_podcast_async(
        sources, settings=settings, orchestration=orchestration, on_progress=on_progress, **fields
    )
    return _wait_for(run)


async def generate_podcast_async(
    sources: str | Sequence[str] | EpisodeRequest,
    *,
    settings: Settings | None = None,
    orchestration: Orchestration | None = None,
    on_progress: ProgressCallback | None = None,
    **fields: Any,
) -> Episode:
    """Make an episode in the running loop; see `generate_podcast`."""
    request = build_request(sources, **fields)
    settings = settings or load_settings()
    if await _with_prefect(orchestration or settings.orchestration):
        return await _run_flow(request, settings, on_progress)
    from podloom.stages.opening import open_studio  # noqa: PLC0415 - imports the rooms

    async with open_studio(request, settings, Telemetry(on_progress)) as studio:
        from podloom.pipeline import make_episode  # noqa: PLC0415

        return await make_episode(studio)


def submit_podcast(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> str:
    """Queue an episode on the Prefect server at PREFECT_API_URL, else on that of `podloom serve`.

    Returns the id of the run at once; a worker makes the episode. Paths are the worker's.

    Raises:
        RequestError: The request does not fit.
        SettingsError: No server answers, or Podloom is not deployed there.
    """
    return _wait_for(submit_podcast_async(sources, **fields))


async def submit_podcast_async(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> str:
    """Queue an episode from the running loop; see `submit_podcast`."""
    from podloom.flows.remote import RemotePrefect  # noqa: PLC0415

    async with RemotePrefect() as server:
        return await server.submit(build_request(sources, **fields))


def build_request(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> EpisodeRequest:
    """A request from loose values.

    Raises:
        RequestError: A value does not fit; the message names the field.
    """
    try:
        if isinstance(sources, EpisodeRequest):
            return EpisodeRequest.model_validate(sources.model_dump() | fields)
        listed = (sources,) if isinstance(sources, str) else tuple(sources)
        return EpisodeRequest.model_validate({"sources": listed, **fields})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "request"
        raise RequestError(f"{name}: {first['msg']}, not {first['input']!r}") from None


async def _run_flow(
    request: EpisodeRequest, settings: Settings, on_progress: ProgressCallback | None
) -> Episode:
    _prepare_prefect()
    loading = asyncio.create_task(_load_voices(request, settings))
    await asyncio.sleep(0)  # its thread works on while Prefect is imported and its server starts
    from podloom.flows.podcast import generate_podcast_flow  # noqa: PLC0415 - Prefect: a second
    from podloom.tasks.context import Given, give  # noqa: PLC0415

    give(Given(settings, on_progress))
    try:
        # A final state other than success is raised as the error it carries.
        episode = cast("Episode", await generate_podcast_flow(request))
    finally:
        loading.cancel()
    return episode


async def _load_voices(request: EpisodeRequest, settings: Settings) -> None:
    """Start loading the model early; what is wrong with the request is for the run itself to say."""
    with suppress(PodloomError):
        from podloom.stages import shared  # noqa: PLC0415 - imports the rooms
        from podloom.tts.casting import choose_engine  # noqa: PLC0415

        await shared.engine(choose_engine(request, settings).name, settings).load()


def _prepare_prefect() -> None:
    """Before Prefect is imported: it reads its environment then."""
    if not os.environ.get("PREFECT_API_URL"):
        # A first start migrates a new database, which takes longer than the default of 20 s.
        os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
        os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        os.environ.setdefault("DO_NOT_TRACK", "1")
        os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "true")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")


async def _with_prefect(orchestration: Orchestration) -> bool:
    """Whether this run becomes a flow run.

    Raises:
        SettingsError: A flow run is insisted on and the API that is set does not answer.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    if orchestration == "inline" or (orchestration == "auto" and not url):
        return False
    reachable = bool(url) and await _answers(url)
    if orchestration == "prefect" and url and not reachable:
        raise SettingsError(
            f"no Prefect API answers at PREFECT_API_URL={url!r}; start it, correct the address, or unset the"
            " variable for a temporary server"
        )
    return orchestration == "prefect" or reachable


async def _answers(url: str) -> bool:
    import httpx  # noqa: PLC0415

    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(timeout=API_PATIENCE_S) as client:
            return (await client.get(f"{url.rstrip('/')}/health")).is_success
    return False


_loop: asyncio.AbstractEventLoop | None = None
_loop_lock = threading.Lock()


def _background_loop() -> asyncio.AbstractEventLoop:
    """The loop that all synchronous calls of this process share; started by the first."""
    global _loop  # noqa: PLW0603 - one a process is the point
    with _loop_lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="podloom", daemon=True).start()
        return _loop


def _wait_for(run: Coroutine[Any, Any, T]) -> T:
    """The result of `run` in the background loop; an interrupt here stops it there."""
    ended = threading.Event()

    async def watched() -> T:
        try:
            return await run
        finally:
            ended.set()

    future = asyncio.run_coroutine_threadsafe(watched(), _background_loop())
    try:
        return future.result()
    except BaseException:
        if not future.done():  # interrupted here: let the run put its things away
            future.cancel()
            ended.wait(CLEANUP_S)
        raise

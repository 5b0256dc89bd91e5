"""Making an episode and waiting for it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Literal, cast

from podloom.api.background import wait_for
from podloom.domain import Episode, EpisodeRequest
from podloom.domain.events import Event, Failed, Finished
from podloom.domain.review import Reviewer
from podloom.errors import PodloomError, SettingsError, StoppedError
from podloom.settings import Settings, load_settings
from podloom.stages.asking import as_request
from podloom.stages.reachable import why_silent
from podloom.tasks.context import Given, give
from podloom.telemetry import EventCallback, ProgressCallback, Telemetry

STOPPED = "stopped; what was made is kept, the same request goes on from there"
Orchestration = Literal["auto", "prefect", "inline"]


def generate_podcast(
    sources: str | Sequence[str] | EpisodeRequest,
    *,
    settings: Settings | None = None,
    orchestration: Orchestration | None = None,
    on_progress: ProgressCallback | None = None,
    on_event: EventCallback | None = None,
    review: bool | Reviewer | None = None,
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
        on_event: Called with everything that happens (podloom.domain.events), perhaps from other threads.
        review: A function that is shown the script (a `ScriptDraft`) before anything is voiced and returns a
            `Review`. True waits for a review on the Prefect server, which only queued runs can.
        **fields: Fields of EpisodeRequest: title, language, minutes, speakers, engine, out, ...

    Raises:
        RequestError: The request cannot be made; nothing was paid for.
        PodloomError: A stage failed; what was made is kept for the next run.
    """
    run = generate_podcast_async(
        sources,
        settings=settings,
        orchestration=orchestration,
        on_progress=on_progress,
        on_event=on_event,
        review=review,
        **fields,
    )
    return wait_for(run)


async def generate_podcast_async(
    sources: str | Sequence[str] | EpisodeRequest,
    *,
    settings: Settings | None = None,
    orchestration: Orchestration | None = None,
    on_progress: ProgressCallback | None = None,
    on_event: EventCallback | None = None,
    review: bool | Reviewer | None = None,
    **fields: Any,
) -> Episode:
    """Make an episode in the running loop; see `generate_podcast`."""
    if review is not None:
        fields["review"] = bool(review)
    request = build_request(sources, **fields)
    reviewer = review if callable(review) else None
    given = Given(settings or load_settings(), on_progress, on_event, reviewer)
    return await _ended(_make(request, given, orchestration or given.settings.orchestration), on_event)


async def _make(request: EpisodeRequest, given: Given, orchestration: Orchestration) -> Episode:
    if await _with_prefect(orchestration):
        return await _run_flow(request, given)
    from podloom.flows.inline import make_inline  # noqa: PLC0415 - imports the rooms

    telemetry = Telemetry(given.on_progress, on_event=given.on_event)
    return await make_inline(request, given.settings, telemetry, given.reviewer)


async def _ended(work: Coroutine[Any, Any, Episode], tell: EventCallback | None) -> Episode:
    """The result of `work`; how it ends is the last event."""
    began_s = time.monotonic()
    last: Event | None = None
    try:
        episode = await work
        last = Finished(episode=episode)
    except BaseException as error:
        last = _failed(error)
        raise
    finally:
        if tell is not None and last is not None:
            tell(last.model_copy(update={"at_s": time.monotonic() - began_s}))
    return episode


def _failed(error: BaseException) -> Failed:
    stopped = isinstance(error, asyncio.CancelledError | KeyboardInterrupt | StoppedError)
    name = "StoppedError" if stopped else type(error).__name__
    return Failed(error=name, message=str(error) or STOPPED, stopped=stopped)


def build_request(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> EpisodeRequest:
    """A request from loose values.

    Raises:
        RequestError: A value does not fit; the message names the field.
    """
    if isinstance(sources, EpisodeRequest):
        return as_request(sources.model_dump(exclude_unset=True) | fields)
    listed = (sources,) if isinstance(sources, str) else tuple(sources)
    return as_request({"sources": listed, **fields})


async def _run_flow(request: EpisodeRequest, given: Given) -> Episode:
    _prepare_prefect()
    loading = asyncio.create_task(_load_voices(request, given.settings))
    await asyncio.sleep(0)  # its thread works on while Prefect is imported and its server starts
    from prefect.context import SyncClientContext  # noqa: PLC0415 - Prefect: a second

    from podloom.flows.podcast import generate_podcast_flow  # noqa: PLC0415 - as above

    give(given)
    try:
        with SyncClientContext.get_or_create():  # Prefect would make three clients on the way to the flow
            # A final state other than success is raised as the error it carries.
            episode = cast("Episode", await generate_podcast_flow(request))
    except StoppedError:
        # Prefect makes an end of every cancellation; whoever cancelled this task waits for its own.
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise asyncio.CancelledError from None
        raise
    finally:
        loading.cancel()
    return episode


async def _load_voices(request: EpisodeRequest, settings: Settings) -> None:
    """Start loading the model early; what is wrong with the request is for the run itself to say."""
    with suppress(PodloomError):
        from podloom.stages import shared  # noqa: PLC0415 - imports the rooms
        from podloom.tts.casting import choose_engine  # noqa: PLC0415 - imports NumPy

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
    reachable = bool(url) and not await why_silent(url)
    if orchestration == "prefect" and url and not reachable:
        raise SettingsError(
            f"no Prefect API answers at PREFECT_API_URL={url!r}; start it, correct the address, or unset the"
            " variable for a temporary server"
        )
    return orchestration == "prefect" or reachable

"""Making an episode, as a flow run or without one; imported when the first one is asked for."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, cast

from podloom.api.making import STOPPED
from podloom.domain import Episode, EpisodeRequest
from podloom.domain.base import Orchestration
from podloom.domain.events import Event, Failed, Finished
from podloom.domain.review import Reviewer
from podloom.errors import PodloomError, SettingsError, StoppedError
from podloom.settings import Settings, load_settings
from podloom.stages.asking import requested
from podloom.stages.reachable import why_silent
from podloom.tasks.context import Given, give
from podloom.telemetry import EventCallback, ProgressCallback, Telemetry


async def orchestrated(
    sources: str | Sequence[str] | EpisodeRequest,
    *,
    settings: Settings | None,
    orchestration: Orchestration | None,
    on_progress: ProgressCallback | None,
    on_event: EventCallback | None,
    review: bool | Reviewer | None,
    **fields: Any,
) -> Episode:
    """See `generate_podcast`."""
    if review is not None:
        fields["review"] = bool(review)
    request = requested(sources, **fields)
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

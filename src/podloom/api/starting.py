"""Starting an episode without waiting for it: here, or on a Prefect server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from podloom.api.background import close_at_exit, in_background, wait_for
from podloom.api.making import build_request

if TYPE_CHECKING:
    from podloom.api.runs import EpisodeRun, QueuedRun
    from podloom.domain import EpisodeRequest
    from podloom.domain.base import Orchestration
    from podloom.settings import Settings

Where = Literal["auto", "inline", "queue"]


def start_podcast(
    sources: str | Sequence[str] | EpisodeRequest,
    *,
    where: Where = "auto",
    settings: Settings | None = None,
    orchestration: Orchestration | None = None,
    **fields: Any,
) -> EpisodeRun:
    """Start an episode and return at once.

    episode = start_podcast("article.md", minutes=5)
    for event in episode.events():
        print(event)

    Args:
        sources: Addresses, paths or texts; or a whole request.
        where: "inline" makes it in this process, "queue" on a worker of the Prefect server. "auto" queues it
            if a server answers at PREFECT_API_URL and it is estimated to take more of this process's cores
            than the setting PODLOOM_RUNS_INLINE_CPU_S. Paths are made absolute: the worker has to see them.
        settings: Else the environment's.
        orchestration: Of an inline run; as for `generate_podcast`.
        **fields: Fields of EpisodeRequest.

    Raises:
        RequestError: The request does not fit. What else is wrong with it is the run's result.
        SettingsError: It is to be queued, and no server answers or Podloom is not deployed there.
    """
    return wait_for(
        start_podcast_async(sources, where=where, settings=settings, orchestration=orchestration, **fields)
    )


async def start_podcast_async(
    sources: str | Sequence[str] | EpisodeRequest,
    *,
    where: Where = "auto",
    settings: Settings | None = None,
    orchestration: Orchestration | None = None,
    **fields: Any,
) -> EpisodeRun:
    """Start an episode from the running loop; see `start_podcast`."""
    from podloom.api.runs import InlineRun  # noqa: PLC0415 - the domain, the settings
    from podloom.settings import load_settings  # noqa: PLC0415 - as above
    from podloom.stages.asking import settled  # noqa: PLC0415 - as above

    request, settings = build_request(sources, **fields), settings or load_settings()
    if where == "queue" or (where == "auto" and await _better_queued(request, settings)):
        return await _submit(settled(request))
    return InlineRun(request, settings, orchestration)


def submit_podcast(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> QueuedRun:
    """Queue an episode on the Prefect server at PREFECT_API_URL, else on that of `podloom serve`.

    Returns at once; a worker makes the episode. Paths are the worker's.

    Raises:
        RequestError: The request does not fit.
        SettingsError: No server answers, or Podloom is not deployed there.
    """
    return wait_for(submit_podcast_async(sources, **fields))


async def submit_podcast_async(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> QueuedRun:
    """Queue an episode from the running loop; see `submit_podcast`."""
    return await _submit(build_request(sources, **fields))


async def _submit(request: EpisodeRequest) -> QueuedRun:
    """By the background loop's connection, which stays open for the next one."""
    return await asyncio.wrap_future(in_background(_submit_there(request)))


async def _submit_there(request: EpisodeRequest) -> QueuedRun:
    from podloom.stages.reachable import load_httpx  # noqa: PLC0415 - only here

    load_httpx()
    from podloom.api.runs import QueuedRun  # noqa: PLC0415 - the domain
    from podloom.flows.remote import close_warm_prefects, warm_prefect  # noqa: PLC0415 - httpx

    close_at_exit(close_warm_prefects)
    server = warm_prefect()
    return QueuedRun(await server.submit(request), server.url)


async def _better_queued(request: EpisodeRequest, settings: Settings) -> bool:
    from podloom.stages.reachable import why_silent  # noqa: PLC0415 - only here

    url = os.environ.get("PREFECT_API_URL", "")
    if not url or await why_silent(url):
        return False
    from podloom.stages.effort import cpu_s  # noqa: PLC0415 - imports the rooms

    return cpu_s(request, settings) > settings.runs.inline_cpu_s

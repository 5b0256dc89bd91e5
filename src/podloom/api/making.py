"""Making an episode and waiting for it.

What is imported here is what `from podloom import generate_podcast` costs; the rest comes with the first
call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from podloom.api.background import wait_for

if TYPE_CHECKING:
    from podloom.domain import Episode, EpisodeRequest
    from podloom.domain.base import Orchestration
    from podloom.domain.review import Reviewer
    from podloom.settings import Settings
    from podloom.telemetry import EventCallback, ProgressCallback

STOPPED = "stopped; what was made is kept, the same request goes on from there"


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
    from podloom.api.orchestrating import orchestrated  # noqa: PLC0415 - the domain, the settings

    return await orchestrated(
        sources,
        settings=settings,
        orchestration=orchestration,
        on_progress=on_progress,
        on_event=on_event,
        review=review,
        **fields,
    )


def build_request(sources: str | Sequence[str] | EpisodeRequest, **fields: Any) -> EpisodeRequest:
    """A request from loose values.

    Raises:
        RequestError: A value does not fit; the message names the field.
    """
    from podloom.stages.asking import requested  # noqa: PLC0415 - the domain

    return requested(sources, **fields)

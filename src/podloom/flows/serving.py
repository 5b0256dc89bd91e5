"""Deploys to a server and runs what is queued there, in this process."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable

from podloom.domain import EpisodeRequest
from podloom.errors import PodloomError
from podloom.flows.deploying import POOL, deploy_all
from podloom.flows.worker import POOL_TYPE, WarmWorker
from podloom.settings import load_settings
from podloom.stages import shared
from podloom.tts.casting import choose_engine

log = logging.getLogger(__name__)


async def serve(limit: int, tell: Callable[[str], None], *, health_check: bool = False) -> None:
    """Run until SIGINT or SIGTERM; runs that are under way are stopped then and can be retried."""
    serving = asyncio.current_task()
    assert serving is not None
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    loading = asyncio.create_task(_load_voices())
    try:
        for name in await deploy_all(POOL_TYPE):
            tell(f"deployed {name}")
        worker = WarmWorker(work_pool_name=POOL, limit=limit, create_pool_if_not_found=False)
        await worker.start(with_healthcheck=health_check, printer=lambda _: tell("ready"))
    except asyncio.CancelledError:
        tell("stopped")
    finally:
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)


async def _load_voices() -> None:
    """The first run finds the voices loaded; one that wants others loads them itself."""
    settings = load_settings()
    try:
        choice = choose_engine(EpisodeRequest(), settings)
        await shared.engine(choice.name, settings).load()
    except PodloomError as error:
        log.warning("no voices are ready: %s", error)

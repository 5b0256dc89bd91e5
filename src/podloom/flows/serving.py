"""Deploys to a server and runs what is queued there, in this process."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from prefect.context import AsyncClientContext, SyncClientContext
from prefect.settings import PREFECT_API_URL

from podloom.domain import EpisodeRequest
from podloom.errors import PodloomError, SettingsError
from podloom.flows.deploying import POOL, deploy_all
from podloom.flows.finding import keep_finding
from podloom.flows.worker import POOL_TYPE, WarmWorker
from podloom.settings import load_settings
from podloom.stages import shared
from podloom.tasks.watching import hand_over_after
from podloom.tts.casting import choose_engine

log = logging.getLogger(__name__)
LOOK_S = 1.0
GOODBYE_S = 20.0
"""Longest wait for runs to stop and to say so: the server may be gone."""


def serve(
    limit: int,
    tell: Callable[[str], None],
    *,
    health_check: bool = False,
    hand_over: bool = False,
    check: Callable[[], None] = lambda: None,
) -> bool:
    """Run until SIGINT or SIGTERM; runs that are under way are stopped then and can be retried.

    The worker has a thread of its own: in the main thread every flow run would take SIGTERM for itself.

    Args:
        limit: Runs at once.
        tell: Hears what has been done.
        health_check: Whether to answer over HTTP while the worker polls.
        hand_over: Whether SIGTERM leaves runs to another worker: the server stays, and so may others.
        check: Called once a second; stops the worker by raising a PodloomError.

    Returns:
        Whether everything has stopped in time.

    Raises:
        PodloomError: That of `check`.
    """
    woken, told_to_stop, leaving = threading.Event(), threading.Event(), threading.Event()
    worker = _WorkerThread(limit, tell, health_check=health_check, leaving=leaving, on_end=woken.set)

    def stop(number: int, _: object) -> None:
        if hand_over and number == signal.SIGTERM:
            leaving.set()
        told_to_stop.set()
        woken.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    worker.start()
    failure = _failure(check, until=woken)
    if told_to_stop.is_set() or failure is not None:
        worker.cancel()
    worker.join(GOODBYE_S)
    if failure is not None:
        raise failure
    if worker.error is not None:
        check()  # it may say why
        raise worker.error
    if not worker.is_alive():
        tell("stopped")
    return not worker.is_alive()


def _failure(check: Callable[[], None], until: threading.Event) -> PodloomError | None:
    while not until.wait(LOOK_S):
        try:
            check()
        except PodloomError as error:
            return error
    return None


class _WorkerThread(threading.Thread):
    def __init__(
        self,
        limit: int,
        tell: Callable[[str], None],
        *,
        health_check: bool,
        leaving: threading.Event,
        on_end: Callable[[], None],
    ) -> None:
        super().__init__(name="podloom-worker", daemon=True)
        self.error: Exception | None = None
        self._limit, self._tell, self._health_check = limit, tell, health_check
        self._leaving, self._on_end = leaving, on_end
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None

    def run(self) -> None:
        """The worker's whole life."""
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._work())
        except asyncio.CancelledError:
            pass  # told to stop
        except Exception as error:  # noqa: BLE001 - raised again in the main thread
            self.error = error
        finally:
            self._on_end()

    def cancel(self) -> None:
        """Stop, from another thread."""
        with suppress(RuntimeError):  # its loop has ended already
            self._loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())

    async def _work(self) -> None:
        self._task = asyncio.current_task()
        hand_over_after(self._leaving)
        # Else every run makes three clients of its own, 30 ms each, and their connections.
        with _explained(), SyncClientContext.get_or_create():
            async with AsyncClientContext.get_or_create():
                await self._serve()

    async def _serve(self) -> None:
        beside = [asyncio.create_task(_load_voices())]
        try:
            for name in await deploy_all(POOL_TYPE):
                self._tell(f"deployed {name}")
            beside.append(asyncio.create_task(keep_finding(load_settings())))
            worker = WarmWorker(work_pool_name=POOL, limit=self._limit, create_pool_if_not_found=False)
            await worker.start(with_healthcheck=self._health_check, printer=lambda _: self._tell("ready"))
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


@contextmanager
def _explained() -> Iterator[None]:
    """What Prefect's client says when it meets nobody, as a sentence.

    Raises:
        SettingsError: No server answers.
    """
    try:
        yield
    except RuntimeError as error:
        if "reach API" not in str(error):
            raise
        url = PREFECT_API_URL.value()
        raise SettingsError(
            f"no Prefect server answers at {url!r}; start it first, or unset PREFECT_API_URL: then"
            " `podloom serve` starts one"
        ) from error


async def _load_voices() -> None:
    """The first run finds the voices loaded; one that wants others loads them itself."""
    settings = load_settings()
    try:
        choice = choose_engine(EpisodeRequest(), settings)
        await shared.engine(choice.name, settings).load()
    except PodloomError as error:
        log.warning("no voices are ready: %s", error)

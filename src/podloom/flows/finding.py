"""Looking for runs that nobody works at: by every warm worker beside its work, or as a flow without those."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed

from podloom.flows.giving_up import tell_given_up
from podloom.flows.lost import Resumption, resume_lost_runs
from podloom.flows.stopping import stop_silent_runs
from podloom.flows.untold import tell_untold
from podloom.settings import Settings
from podloom.tasks.artifacts import UNREACHABLE
from podloom.tasks.context import given
from podloom.tasks.ending import ended

log = logging.getLogger(__name__)
LOOKS = 3
"""In the time after which a run counts as lost."""


@flow(name="find-lost-runs", persist_result=False, log_prints=False)
async def find_lost_runs_flow() -> State[Any]:
    """Start runs again whose worker was killed. `podloom serve` does so by itself; process workers do not."""
    return await ended(_find())


async def _find() -> State[Any]:
    done = await _look(given().settings)
    return Completed(message="; ".join(done) or "No run was lost")


async def _look(settings: Settings, *, believe_silence: bool = True) -> list[str]:
    """A sentence about each run that something was done about."""
    found = await resume_lost_runs(settings.runs, believe_silence=believe_silence)
    for one in found:
        if one.number == 0:
            await tell_given_up(one.run, settings.webhook)
    stopped = await stop_silent_runs(settings) if believe_silence else []
    done = [*map(_sentence, found), *(f"{_name(run)} was to be cancelled, and is" for run in stopped)]
    return done + await tell_untold(settings)


async def keep_finding(settings: Settings) -> None:
    """Look again and again, a little earlier or later each time: other workers look as well.

    While the server, or this machine, was away, no sign of life could arrive. So silence is believed only
    when both have been there for as long as a run may be silent.
    """
    limit_s, away_s = settings.runs.lost_after_s, -math.inf
    while True:
        pause_s, began_s = limit_s / LOOKS * random.uniform(0.7, 1.3), time.time()
        await asyncio.sleep(pause_s)
        if time.time() - began_s > pause_s + limit_s / LOOKS:  # this machine slept
            away_s = time.time()
        try:
            for done in await _look(settings, believe_silence=time.time() - away_s >= limit_s):
                log.warning("%s", done)
        except (*UNREACHABLE, RuntimeError) as error:  # the latter when there is no server at all
            away_s = time.time()
            log.warning("lost runs cannot be looked for now: %s", str(error) or type(error).__name__)


def _sentence(one: Resumption) -> str:
    if one.number:
        return f"{_name(one.run)} was lost and is started again"
    return f"{_name(one.run)} was lost too often and is given up; Retry in the UI tries again"


def _name(run: FlowRun) -> str:
    return f"{run.name} ({run.id})"

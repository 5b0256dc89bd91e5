"""A limit for each stage: one that takes longer hangs, and would hold its worker for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from podloom.errors import PodloomError
from podloom.settings import LimitSettings


@asynccontextmanager
async def limited(limits: LimitSettings, stage: str) -> AsyncIterator[None]:
    """Stop what takes longer than the stage may.

    Raises:
        PodloomError: The time is over.
    """
    name = f"{stage}_s"
    seconds: float = getattr(limits, name)
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise PodloomError(
            f"the stage {stage!r} was not done after {seconds:g} s and was stopped; what was made is kept:"
            f" run it again, or set PODLOOM_LIMITS_{name.upper()} higher"
        ) from error

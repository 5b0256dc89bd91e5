"""Stages that hang are stopped; what a stage itself gives up on stays its own error."""

import asyncio

import pytest

from podloom import PodloomError
from podloom.settings import LimitSettings
from podloom.stages.limits import limited


@pytest.mark.parametrize("stage", ["sources", "outline", "chapter", "mix", "publish", "record"])
async def test_every_stage_has_a_limit_that_its_message_names(stage):
    limits = LimitSettings(**{f"{stage}_s": 0.001})
    named = f"'{stage}' was not done after 0.001 s.*PODLOOM_LIMITS_{stage.upper()}_S"
    with pytest.raises(PodloomError, match=named):
        async with limited(limits, stage):
            await asyncio.Event().wait()


async def test_a_timeout_of_the_stages_own_passes():
    with pytest.raises(TimeoutError):
        async with limited(LimitSettings(), "mix"):
            raise TimeoutError

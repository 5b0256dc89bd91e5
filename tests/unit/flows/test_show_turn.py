"""Whose turn it is to make a show's episode, when a run was started again that was not lost."""

from contextlib import ExitStack

import pytest

from podloom.flows import show as flow
from podloom.flows.show import LOOKS
from podloom.stages.show import Show, turn


@pytest.fixture
def show(tmp_path):
    return Show(podcast="My show", folders=(str(tmp_path),), out=str(tmp_path / "out"))


@pytest.fixture
def attempt(monkeypatch, show):
    """Looks for the next episode in the so manieth attempt of a run, while another one has the turn."""

    async def make(number, *, gives_way_after):
        looks = []

        async def nothing_new(_):
            return None

        with ExitStack() as other:
            assert other.enter_context(turn(show))

            async def pass_time(_):
                looks.append("busy")
                if len(looks) == gives_way_after:
                    other.close()

            monkeypatch.setattr(flow.asyncio, "sleep", pass_time)
            monkeypatch.setattr(flow, "next_episode", nothing_new)
            monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT", str(number))
            return (await flow._make_next(show)).message, len(looks)

    return make


async def test_a_run_that_was_started_again_waits_for_the_attempt_before_it(attempt):
    said, waited = await attempt(2, gives_way_after=3)
    assert (said, waited) == ("Nothing new for My show since the last episode", 3)


async def test_it_does_not_wait_for_another_run_for_ever(attempt):
    said, waited = await attempt(2, gives_way_after=None)
    assert (said, waited) == ("Another run is making an episode of My show", LOOKS)


async def test_a_new_run_leaves_the_turn_to_the_one_that_has_it(attempt):
    said, waited = await attempt(1, gives_way_after=1)
    assert (said, waited) == ("Another run is making an episode of My show", 0)

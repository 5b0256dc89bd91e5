"""When a worker that looks for lost runs believes their silence."""

import httpx
import pytest

from podloom.flows import finding
from podloom.settings import RunSettings, Settings

SETTINGS = Settings(runs=RunSettings(lost_after_s=90))


class EndedError(Exception):
    """The finder has looked as often as the test wants."""


@pytest.fixture
def looked(monkeypatch):
    """Has a worker look so often, with a machine and a server of which nothing is real; what it believed."""

    async def look(*events):
        now, pauses, believed = [1000.0], iter(events), []

        async def pass_time(seconds):
            now[0] += seconds + (3600 if (event := next(pauses, None)) == "asleep" else 0)
            believed.append(event)

        async def seek(_, *, believe_silence):
            if believed[-1] is None:
                raise EndedError
            if believed[-1] == "away":
                raise httpx.ConnectError("away")
            believed[-1] = believe_silence
            return []

        monkeypatch.setattr(finding.time, "time", lambda: now[0])
        monkeypatch.setattr(finding.asyncio, "sleep", pass_time)
        monkeypatch.setattr(finding.random, "uniform", lambda *_: 1.0)
        monkeypatch.setattr(finding, "_look", seek)
        with pytest.raises(EndedError):
            await finding.keep_finding(SETTINGS)
        return believed[:-1]

    return look


async def test_silence_is_believed_as_long_as_the_server_answers(looked):
    assert await looked(*["there"] * 5) == [True] * 5


@pytest.mark.parametrize(("trouble", "shown"), [("away", "away"), ("asleep", False)])
async def test_after_the_server_or_the_machine_was_away_runs_get_time_to_be_heard(looked, trouble, shown):
    """The pause between two looks is a third of that time."""
    looks = await looked("there", trouble, *["there"] * 4)
    assert looks == [True, shown, False, False, True, True]

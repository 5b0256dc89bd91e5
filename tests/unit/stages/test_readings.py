"""A reviewed run that begins again works on what it had read, also when the page is gone."""

import os
from pathlib import Path

import pytest

from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings, SourceError
from podloom.domain.review import Review, ScriptDraft
from podloom.pipeline import make_episode
from podloom.stages import shared
from podloom.stages.cleaning import clean
from podloom.stages.opening import open_studio
from podloom.telemetry import Telemetry


class Suspended(BaseException):
    """As Prefect's suspension: no error."""


class LastingDesk:
    """Keeps the draft from one attempt to the next, and has its answer at the second."""

    lasting = True

    def __init__(self):
        self.draft, self.asked = ScriptDraft(), 0

    async def recall(self):
        return self.draft

    async def keep(self, draft):
        self.draft = draft

    async def ask(self, draft):
        self.asked += 1
        if self.asked == 1:
            raise Suspended
        return Review(decision="approve")


@pytest.fixture
async def make(tmp_path):
    """Attempts of one reviewed run, whose source is a file."""
    desk, source = LastingDesk(), tmp_path / "trees.md"
    source.write_text(TREES, "utf-8")
    fields = {"minutes": 0.5, "engine": "tone", "writer": "offline", "music": False, "review": True}
    asked = EpisodeRequest(sources=(str(source),), title="Trees", out=str(tmp_path / "out"), **fields)

    async def attempt(telemetry=None):
        async with open_studio(asked, Settings(), telemetry or Telemetry(), run_id="r1") as studio:
            studio.desk = desk
            return await make_episode(studio)

    attempt.desk, attempt.source = desk, source
    with pytest.raises(Suspended):
        await attempt()
    source.unlink()
    yield attempt
    await shared.close()


def readings():
    return list(Path(Settings().home / "reviews").iterdir())


async def test_a_source_that_is_gone_by_then_was_read_before(make):
    episode = await make()
    assert episode.segments == len(make.desk.draft.script.segments)


async def test_an_approved_script_needs_no_sources(make):
    """Where the next attempt is made on another machine."""
    readings()[0].unlink()
    make.desk.draft = make.desk.draft.model_copy(update={"approved": True})
    telemetry = Telemetry()
    await make(telemetry)
    assert any("without its sources" in note for note in telemetry.notes)


async def test_a_script_that_is_not_approved_does(make):
    readings()[0].unlink()
    with pytest.raises(SourceError):
        await make()


async def test_what_was_read_goes_when_no_review_can_last_any_longer(make):
    await clean(Settings())
    assert len(readings()) == 1
    os.utime(readings()[0], (0, 0))
    await clean(Settings())
    assert readings() == []

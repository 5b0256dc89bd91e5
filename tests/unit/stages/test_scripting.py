"""The script of several chapters for a reviewer: written anew, and tried again."""

import pytest

from fixtures.dictated import DETAILS, PLAN, spoken
from podloom.errors import ProviderError
from podloom.stages.scripting import write_script


def written(script):
    """Without what Podloom says itself."""
    lines = [[segment.text for segment in chapter.segments] for chapter in script.chapters]
    return [lines[0][2:], *lines[1:]]


@pytest.fixture
async def run(make_run):
    return make_run()


def dictate(run, *chapters):
    """One line a chapter; or what else its writer does."""
    run.writer.tell(PLAN, *DETAILS, None)
    run.writer.lines = {
        number: spoken(run, line, chapter=number) if isinstance(line, str) else line
        for number, line in enumerate(chapters)
    }


async def test_a_script_that_is_written_anew_knows_nothing_of_the_rejected_one(run):
    told = "Corals bleach when the water stays too warm for four weeks."
    dictate(run, told, "Nothing new.", "Others take years.")
    await write_script(run, ())
    run.writer.fingerprint = "with a note"
    dictate(run, "A new beginning.", f"{told} That is why divers count them.", "Others take years.")
    script = await write_script(run, ())
    assert written(script)[1] == [f"{told} That is why divers count them."]
    assert run.written(0).result()[-1].text == "A new beginning."
    assert run.telemetry.progress.chapters_done == 3


async def test_what_the_new_version_says_itself_is_still_said_once(run):
    told = "Corals bleach when the water stays too warm for four weeks."
    dictate(run, "Reefs recover.", told, "Others take years.")
    await write_script(run, ())
    run.writer.fingerprint = "with a note"
    dictate(run, told, f"{told} That is why divers count them.", "Others take years.")
    assert written(await write_script(run, ())) == [
        [told],
        ["That is why divers count them."],
        ["Others take years."],
    ]


async def test_a_chapter_that_waits_for_earlier_ones_when_another_fails_is_written_at_the_next_try(
    run, clock
):
    dictate(run, [60.0], "Nothing new.", [1.0, ProviderError("away")])
    with pytest.raises(ProviderError):
        await write_script(run, ())
    assert clock.now_s < 2.0
    dictate(run, "Reefs recover.", "Nothing new.", "Others take years.")
    script = await write_script(run, ())
    assert written(script) == [["Reefs recover."], ["Nothing new."], ["Others take years."]]

"""An outline whose plan is known before its details: who waits for what, and what is remembered."""

import asyncio
import threading

import pytest

from fixtures.dictated import CHAPTERS, DETAILS, PLAN, spoken, upcoming
from podloom.domain import Segment
from podloom.errors import ProviderError, ScriptError, SpeechError
from podloom.script.writer import Withdrawn
from podloom.stages import outline
from podloom.stages.chapter import write_chapter
from podloom.stages.outline import chapter_details, write_outline


async def test_the_plan_is_there_before_its_details(make_run):
    run = make_run()
    run.writer.tell(PLAN)
    assert await write_outline(run, ()) == PLAN
    second = asyncio.ensure_future(chapter_details(run, 1))
    run.writer.tell(DETAILS[2])
    assert await chapter_details(run, 2) == DETAILS[2]
    assert not second.done()
    run.writer.tell(DETAILS[1])
    assert await second == DETAILS[1]


async def test_a_warm_run_has_the_same_plan_and_details(make_run):
    cold, warm = make_run(), make_run()
    cold.writer.tell(PLAN, *reversed(DETAILS), None)
    assert await write_outline(cold, ()) == PLAN
    assert [await chapter_details(cold, n) for n in range(3)] == DETAILS
    await cold.planning._work
    assert await write_outline(warm, ()) == PLAN
    assert [await chapter_details(warm, n) for n in range(3)] == DETAILS
    assert not warm.writer.closed  # never asked


async def test_a_chapter_is_found_again_by_the_plan_and_its_own_details(make_run):
    cold, warm = make_run(), make_run()
    for run in (cold, warm):
        run.written(0).set_result(())
    cold.writer.tell(PLAN, DETAILS[1])
    cold.writer.lines = [Segment(chapter=1, index=0, speaker=cold.speakers[0].name, text="Reefs recover.")]
    await write_chapter(cold, (), await write_outline(cold, ()), CHAPTERS[1])
    cold.writer.tell(DETAILS[0], DETAILS[2], None)
    await cold.planning._work
    script = await write_chapter(warm, (), await write_outline(warm, ()), CHAPTERS[1])
    assert [segment.text for segment in script.segments] == ["Reefs recover."]
    assert (cold.writer.asked, warm.writer.asked) == ([DETAILS[1]], [])


@pytest.mark.parametrize("known", [(), (PLAN,)])
async def test_an_error_reaches_whoever_waits(make_run, known):
    run = make_run()
    run.writer.tell(*known, ProviderError("down"))

    async def outline_and_details():
        await write_outline(run, ())
        await chapter_details(run, 0)

    with pytest.raises(ProviderError, match="down"):
        await outline_and_details()


async def test_an_outline_that_failed_is_written_anew(make_run):
    run = make_run()
    run.writer.tell(ProviderError("down"))
    with pytest.raises(ProviderError):
        await write_outline(run, ())
    run.writer.tell(PLAN)
    assert await write_outline(run, ()) == PLAN


async def test_details_that_never_come_are_an_error(make_run):
    run = make_run()
    run.writer.tell(PLAN, DETAILS[0], None)
    await write_outline(run, ())
    with pytest.raises(ScriptError, match="before it had planned every chapter"):
        await chapter_details(run, 1)


async def test_closing_ends_what_goes_on_in_the_background(make_run):
    run = make_run()
    run.writer.tell(PLAN)
    await write_outline(run, ())
    await run.planning.close()
    assert run.writer.closed


async def voiced(run, *lines, before=()):
    run.writer.lines = lines
    run.written(0).set_result(tuple(before))
    run.writer.tell(PLAN, *DETAILS, None)
    script = await write_chapter(run, (), await write_outline(run, ()), CHAPTERS[1])
    return [segment.text for segment in script.segments]


async def test_a_line_announced_early_is_voiced_once_and_counted_once(make_run):
    run = make_run()
    now, later = spoken(run, "Reefs recover.", "Some of them do.")
    assert await voiced(run, upcoming(later), upcoming(later), now, later) == [now.text, later.text]
    assert run.telemetry.counters["speech.calls"] == 2
    progress = run.telemetry.progress
    assert (progress.segments, progress.segments_done, progress.cache_hits) == (2, 2, 0)


async def test_an_announced_line_that_is_withdrawn_is_not_spoken(make_run):
    run = make_run()
    now, later = spoken(run, "Reefs recover.", "Some of them do.")
    assert await voiced(run, now, upcoming(later), Withdrawn("anew"), later) == [later.text]
    assert run.telemetry.progress.segments == 1


async def test_an_error_names_the_line_at_its_own_place(make_run):
    run = make_run()
    now, later = spoken(run, "Reefs recover.", "Some of them do.")
    synthesize = run.engine.synthesize

    async def fail(text, voice, *, seed=0):
        if text == later.text:
            raise SpeechError("no sound")
        return await synthesize(text, voice, seed=seed)

    run.engine.synthesize = fail
    with pytest.raises(SpeechError, match=r"chapter 2, line 2 .*no sound"):
        await voiced(run, upcoming(later), now, later)


async def test_what_an_earlier_chapter_has_said_is_taken_out_and_its_line_voiced_anew(make_run):
    run = make_run()
    told = "Corals bleach when the water stays too warm for four weeks."
    kept, retold, last = spoken(run, "Reefs recover.", f"{told} Some never do.", "Others take years.")
    before = [kept.model_copy(update={"chapter": 0, "text": f"First things first. {told}"})]

    assert await voiced(run, kept, retold, last, before=before) == [kept.text, "Some never do.", last.text]

    lines = run.lines(1).known()
    assert [line.segment.text for line in lines] == [kept.text, "Some never do.", last.text]
    assert all([(await line.clip).duration_s > 0 for line in lines])
    assert run.telemetry.counters["script.retold_lines"] == 1
    assert run.written(1).result()[1].text == "Some never do."


async def test_a_draft_keeps_its_recap(make_run):
    run = make_run()
    run.writer.draft = True
    (line,) = spoken(run, "Reefs recover. Corals bleach when the water stays too warm for four weeks.")
    assert await voiced(run, line, before=[line]) == [line.text]


async def test_a_whole_outline_is_kept_although_imports_are_under_way(make_run, monkeypatch):
    cold, warm, go = make_run(), make_run(), threading.Event()
    monkeypatch.setattr(outline, "load_later", lambda _: go.wait())
    cold.telemetry.asked.set()
    cold.writer.tell(PLAN, *DETAILS, None)
    assert await write_outline(cold, ()) == PLAN
    while not cold.writer.closed:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)
    await cold.planning.close()
    go.set()
    assert await write_outline(warm, ()) == PLAN
    assert not warm.writer.closed  # never asked

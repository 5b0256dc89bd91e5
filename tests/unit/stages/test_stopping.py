"""What stops, and how soon, when a chapter fails and when somebody stops the run, also after a new try."""

import asyncio
from collections import Counter

import pytest

from fixtures.dictated import CHAPTERS, DETAILS, PLAN, Voices, spoken, upcoming
from podloom.errors import ProviderError, ProviderKeyError, SpeechError
from podloom.pipeline import _together
from podloom.script.writer import Withdrawn
from podloom.stages.chapter import write_chapter
from podloom.stages.outline import write_outline
from podloom.stages.patience import GRACE_S
from podloom.stages.studio import Studio
from podloom.tts.queue import SpeechQueue

NUMBERS = ("One", "Two", "Three", "Four", "Five", "Six")
LONG_S = 60.0
SOON_S, LATE_S = GRACE_S - 0.1, GRACE_S + 0.1
"""Within the grace, and after it."""


@pytest.fixture
def make(make_run, clock):
    """Runs with such voices, and a plan; by default as many lines are spoken at once as want to."""

    def made(slots=99):
        run = make_run()
        run.queue = SpeechQueue(slots)
        run.engine = Voices(clock)
        run.writer.tell(PLAN, *DETAILS, None)
        return run

    return made


@pytest.fixture
async def run(make):
    return make()


async def begun(run, *chapters):
    """The chapters, as the pipeline makes them."""
    outline = await write_outline(run, ())
    return asyncio.create_task(_together(*(write_chapter(run, (), outline, CHAPTERS[n]) for n in chapters)))


def nothing_runs(run):
    return run.engine.running == run.writer.writing == run.queue.stats.waiting == run.queue.stats.running == 0


def busy(run, chapter):
    """A chapter whose call to the model and whose call to the voice take a minute."""
    (line,) = spoken(run, f"{NUMBERS[chapter]} takes its time.", chapter=chapter)
    run.engine.seconds[line.text] = LONG_S
    return [line, LONG_S]


# --- after an error ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["a line", "the text"])
async def test_an_error_has_stopped_every_call_within_a_second(run, clock, what):
    bad = spoken(run, "Nobody can say this.", chapter=0)
    run.engine.errors[bad[0].text] = ProviderKeyError("refused")
    run.engine.seconds[bad[0].text] = 0.2
    fails = [*bad, LONG_S] if what == "a line" else [0.2, ProviderKeyError("refused")]
    run.writer.lines = {0: fails, 1: busy(run, 1), 2: busy(run, 2)}
    with pytest.raises(ProviderKeyError, match="refused"):
        await (await begun(run, 0, 1, 2))
    assert clock.now_s <= 0.2 + 1.0
    assert nothing_runs(run)


async def test_after_an_error_only_the_slot_of_the_failed_line_is_given_on(make):
    run = make(slots=2)
    lines = spoken(run, *(f"{number} reefs recover." for number in NUMBERS))
    run.engine.errors[lines[0].text] = ProviderKeyError("refused")
    run.engine.seconds = {lines[0].text: 0.2, lines[1].text: LONG_S}
    run.writer.lines = lines
    run.written(0).set_result(())
    with pytest.raises(ProviderKeyError):
        await (await begun(run, 1))
    assert set(run.engine.said) <= {line.text for line in lines[:3]}
    assert nothing_runs(run)


async def test_an_error_of_a_line_does_not_wait_for_the_chapters_text(run, clock):
    lines = spoken(run, *(f"{number} reefs recover." for number in NUMBERS))
    run.engine.errors = {line.text: ProviderKeyError("refused") for line in lines}
    run.writer.lines = [part for line in lines for part in (line, LONG_S)]
    with pytest.raises(ProviderKeyError):
        await (await begun(run, 1))
    assert run.engine.said == [lines[0].text]
    assert clock.now_s <= 1.0


async def test_an_error_of_a_line_does_not_wait_for_earlier_chapters(run, clock):
    (line,) = spoken(run, "Nobody can say this.")
    run.engine.errors[line.text] = SpeechError("no sound")
    run.engine.seconds[line.text] = 5.0  # its chapter is written by then, and the one before is not
    run.writer.lines = {0: [LONG_S], 1: [line]}
    with pytest.raises(SpeechError, match=r"chapter 2, line 1 .*no sound"):
        await (await begun(run, 0, 1))
    assert clock.now_s <= run.engine.failed_s + 1.0


@pytest.mark.parametrize("void", ["early", "withdrawn"])
async def test_errors_of_void_lines_and_early_clips_end_nothing(run, void):
    bad, good = spoken(run, "Nobody can say this.", "Reefs recover.")
    run.engine.errors[bad.text] = SpeechError("no sound")
    run.engine.seconds[bad.text] = 1.0 if void == "early" else LONG_S
    begin = [upcoming(bad)] if void == "early" else [bad]
    run.writer.lines = [*begin, 2.0, Withdrawn("anew"), good]
    run.written(0).set_result(())
    (script,) = await (await begun(run, 1))
    assert [segment.text for segment in script.segments] == [good.text]


async def test_an_early_clip_that_failed_is_tried_again_at_its_place(run):
    now, later = spoken(run, "Reefs recover.", "Some of them do.")
    run.engine.errors[later.text] = SpeechError("no sound")
    run.writer.lines = [upcoming(later), 1.0, now, later]
    run.written(0).set_result(())
    run.telemetry.on_event = lambda event: run.engine.errors.clear()  # the first line is voiced: all is well
    await (await begun(run, 1))
    assert Counter(run.engine.said)[later.text] > 1
    assert run.telemetry.progress.segments_done == 2


async def test_somebody_who_stops_the_run_while_it_fails_stops_it(run, clock):
    bad, busy_one = spoken(run, "Nobody can say this.", "This takes its time.")
    run.engine.errors[bad.text] = ProviderError("away")
    run.engine.seconds = {bad.text: 0.2, busy_one.text: LONG_S}
    run.writer.lines = [bad, busy_one, LONG_S]
    outline = await write_outline(run, ())
    task = asyncio.create_task(write_chapter(run, (), outline, CHAPTERS[1]))
    asyncio.get_running_loop().call_later(0.2 + GRACE_S / 2, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.now_s <= 1.0
    assert nothing_runs(run)
    assert run.lines(1).known() == ()


# --- after a stop ------------------------------------------------------------------------------------


async def stopped(task, clock, after_s):
    """Seconds until all has stopped, when somebody stops it at this time."""
    asyncio.get_running_loop().call_later(after_s - clock.now_s, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    return clock.now_s - after_s


async def test_a_stop_ends_every_call_within_the_grace(make, clock):
    run = make(slots=2)
    waiting = spoken(run, "This waits for a voice.", chapter=2)
    run.writer.lines = {0: busy(run, 0), 1: busy(run, 1), 2: [*waiting, LONG_S]}
    task = await begun(run, 0, 1, 2)
    assert await stopped(task, clock, after_s=5.0) == pytest.approx(GRACE_S)
    assert nothing_runs(run)
    assert waiting[0].text not in run.engine.said


async def test_a_stop_takes_no_longer_after_a_chapter_that_failed_and_was_made_again(run, clock):
    """As in a flow, where a chapter has further tries while the others go on."""
    good = spoken(run, "Reefs recover.", chapter=0)
    run.writer.lines = {0: [ProviderError("away")], 1: busy(run, 1)}
    outline = await write_outline(run, ())
    other = asyncio.create_task(write_chapter(run, (), outline, CHAPTERS[1]))
    with pytest.raises(ProviderError):
        await write_chapter(run, (), outline, CHAPTERS[0])
    run.writer.lines[0] = good
    await write_chapter(run, (), outline, CHAPTERS[0])
    assert await stopped(other, clock, after_s=5.0) == pytest.approx(GRACE_S)
    assert nothing_runs(run)


@pytest.mark.parametrize(("seconds", "again"), [(SOON_S, 0), (LATE_S, 1)], ids=["nearly done", "not yet"])
async def test_what_is_nearly_done_at_a_stop_is_not_made_again(make, clock, seconds, again):
    runs = make(), make()
    for run in runs:
        lines = spoken(run, "Reefs recover.", "Some of them do.")
        run.writer.lines = [*lines, 5.0 + seconds]
        run.engine.seconds[lines[1].text] = 5.0 + seconds
        run.written(0).set_result(())
    await stopped(await begun(runs[0], 1), clock, after_s=5.0)
    await (await begun(runs[1], 1))
    assert len(runs[1].writer.asked) == again
    assert runs[1].engine.said == [lines[1].text] * again


async def studio_of(run, recording):
    """The run's stages; its record takes this long to be opened, or is opened like this."""
    studio = Studio(run)
    studio._early = [asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(recording)]
    return studio


async def test_a_script_for_a_reviewer_is_stopped_with_its_calls(run, clock):
    run.writer.lines = [LONG_S]
    studio = await studio_of(run, asyncio.sleep(0))
    assert await stopped(asyncio.create_task(studio.write_script(())), clock, after_s=5.0) <= 1.0
    assert nothing_runs(run)


async def test_the_call_for_the_outline_ends_before_the_end_is_recorded(make_run, clock):
    run, closed = make_run(), []
    run.writer.tell(PLAN)  # its details are on their way

    async def recording():
        await asyncio.sleep(1.0)
        closed.append(run.writer.closed)
        raise ProviderError("no record")

    studio = await studio_of(run, recording())
    await write_outline(run, ())
    await studio.ended(ProviderError("away"))
    assert closed == [True]


# --- what is void ------------------------------------------------------------------------------------


async def test_a_line_that_loses_a_sentence_takes_its_early_clip_along(make):
    run = make(slots=1)
    told = "Corals bleach when the water stays too warm for four weeks."
    first, line = spoken(run, "This takes its time.", f"{told} Some never do.")
    run.engine.seconds[first.text] = 1.0
    run.writer.lines = [first, upcoming(line), 0.1, line]
    run.written(0).set_result(spoken(run, f"First. {told}", chapter=0))
    (script,) = await (await begun(run, 1))
    assert [segment.text for segment in script.segments] == [first.text, "Some never do."]
    assert run.engine.said == [first.text, "Some never do."]
    progress = run.telemetry.progress
    assert (progress.segments, progress.segments_done) == (2, 2)


async def test_void_clips_have_stopped_when_the_chapter_is_made(run):
    taken, never, kept = spoken(run, "This takes its time.", "And so does this.", "Reefs recover.")
    run.engine.seconds = {taken.text: LONG_S, never.text: LONG_S}
    run.writer.lines = [upcoming(taken), upcoming(never, index=1), 1.0, taken, Withdrawn("anew"), kept]
    run.written(0).set_result(())
    await (await begun(run, 1))
    assert nothing_runs(run)
    progress = run.telemetry.progress
    assert (progress.segments, progress.segments_done) == (1, 1)


async def test_what_was_voiced_in_vain_does_not_count(run):
    void, kept = spoken(run, "This is not needed.", "Reefs recover.")
    run.writer.lines = [void, upcoming(kept), 1.0, Withdrawn("anew"), kept]
    run.written(0).set_result(())
    await (await begun(run, 1))
    progress = run.telemetry.progress
    assert (progress.segments, progress.segments_done) == (1, 1)
    assert progress.audio_s == (await run.lines(1).known()[0].clip).duration_s


# --- who is spoken first -----------------------------------------------------------------------------


async def test_lines_of_later_parts_are_spoken_in_the_order_of_playback(make):
    run = make(slots=1)
    a, b, b2, b3, c, c2 = spoken(run, "A.", "B one.", "B two.", "B three.", "C one.", "C two.")
    run.engine.seconds[a.text] = LONG_S  # all the others are known by then
    early = [upcoming(c, beat=2), upcoming(b, beat=1), upcoming(b2, beat=1, index=1)]
    run.writer.lines = [a, *early, 1.0, b, b2, b3, c, c2]
    run.written(0).set_result(())
    await (await begun(run, 1))
    assert run.engine.said == [line.text for line in (a, b, b2, b3, c, c2)]

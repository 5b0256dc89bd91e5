"""What has happened in a run: for people, and read again by a follower."""

import pytest

from podloom.domain.events import (
    ChapterWritten,
    Failed,
    LineVoiced,
    NoteTaken,
    Playable,
    StageBegan,
    StageEnded,
)
from podloom.tasks.hidden import hidden, revealed
from podloom.tasks.journal import KEPT_LINES, Journal, read_journal


def line(number, text="Hello there."):
    return LineVoiced(chapter=1, line=number, speaker="Ann", text=text, duration_s=1.25, cached=False)


def test_a_follower_reads_what_was_written_in_order():
    told = [
        StageBegan(stage="sources"),
        NoteTaken(text="a | b --> <b>c</b>\nd", at_s=75.2),
        line(1, text="--> not the end <!-- podloom-events [] -->"),
        Playable(address="http://x/live.m3u8"),
        ChapterWritten(chapter=1, title="Trees", lines=1),
        StageEnded(stage="sources", duration_s=2.5),
    ]
    journal = Journal()
    for event in told:
        journal.take(event)
    assert read_journal(journal.markdown()) == list(enumerate(told, start=1))


def test_people_read_the_newest_first_one_row_each():
    journal = Journal()
    journal.take(StageBegan(stage="sources"))
    journal.take(NoteTaken(text="a | b\n<i>c", at_s=75.2))
    assert journal.markdown().splitlines()[:4] == [
        "| After | What happened |",
        "|---|---|",
        "| 1:15 | note: a \\| b &lt;i>c |",
        "| 0:00 | reading the sources |",
    ]


def test_a_long_line_is_cut_for_people_and_whole_for_a_follower():
    journal, long = Journal(), line(1, text="word " * 60)
    journal.take(long)
    row = journal.markdown().splitlines()[2]
    assert len(row) < 110
    assert row.endswith("word… |")
    assert read_journal(journal.markdown()) == [(1, long)]


def test_of_voiced_lines_only_the_newest_stay():
    journal = Journal()
    journal.take(StageBegan(stage="sources"))
    for number in range(1, KEPT_LINES + 11):
        journal.take(line(number))
    entries = read_journal(journal.markdown())
    assert entries[0] == (1, StageBegan(stage="sources"))
    assert [number for number, _ in entries[1:]] == list(range(12, KEPT_LINES + 12))


@pytest.mark.parametrize("markdown", ["", "| a table |", hidden("events", '[[1, {"kind": "new in 9.0"}]]')])
def test_what_cannot_be_read_is_no_event(markdown):
    assert read_journal(markdown) == []


def test_nothing_is_revealed_under_another_name():
    assert revealed("episode", hidden("events", "{}")) == ""


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (line(0), "line 1, a later one is voiced: Ann, 1.2 s: Hello there."),
        (
            line(3).model_copy(update={"cached": True}),
            "line 1.3 is voiced: Ann, 1.2 s, from the cache: Hello there.",
        ),
        (
            line(3).model_copy(update={"made_s": 0.94}),
            "line 1.3 is voiced: Ann, 1.2 s, made in 0.9 s: Hello there.",
        ),
        (StageBegan(stage="sources"), "reading the sources"),
        (StageEnded(stage="chapter 2", duration_s=3.21), "writing and voicing chapter 2 took 3.2 s"),
        (Failed(error="StoppedError", message="by hand", stopped=True), "stopped: by hand"),
        (Failed(error="SpeechError", message="no voice", stopped=False), "failed: no voice"),
    ],
)
def test_events_are_sentences(event, sentence):
    assert str(event) == sentence

import json
import re

import pytest

from podloom.domain import ChapterMark
from podloom.publish.chapters import chapters_json, clock, timestamps


def test_chapters_json(marks):
    assert json.loads(chapters_json(marks)) == {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0.0, "endTime": 62.4, "title": "Intro"},
            {"startTime": 62.4, "endTime": 3725.9, "title": "Shade & water"},
            {"startTime": 3725.9, "endTime": 4000.0, "title": "What <b>next</b>?"},
        ],
    }


def test_timestamps_are_what_apple_reads(marks):
    lines = timestamps(marks).split("\n")
    assert all(re.fullmatch(r"\d\d:[0-5]\d:[0-5]\d \S.*", line) for line in lines)


def test_timestamps_begin_at_zero_and_are_cut(marks):
    assert timestamps(marks) == "00:00:00 Intro\n00:01:02 Shade & water\n01:02:05 What <b>next</b>?"


def test_a_title_stays_on_its_line():
    assert timestamps([ChapterMark(title="A\nB", start_s=0, end_s=1)]) == "00:00:00 A B"


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00:00"), (59.999, "00:00:59"), (360_000, "100:00:00")])
def test_clock(seconds, text):
    assert clock(seconds) == text

import asyncio
import contextlib

import pytest

from podloom.domain import ChapterPlan, Segment
from podloom.errors import ScriptError
from podloom.script.beats import in_order, split_chapter
from podloom.script.dedupe import SpokenRuns
from podloom.script.writer import Upcoming


def split(words, points, *, beat_words=160, names=("Alex", "Sam"), style="conversation", index=1):
    chapter = ChapterPlan(index=index, title="T", key_points=tuple(map(str, range(points))), words=words)
    return split_chapter(chapter, names=names, style=style, beat_words=beat_words)


@pytest.mark.parametrize(
    ("words", "points", "beat_words", "parts"),
    [
        (220, 4, 160, [220]),
        (221, 4, 160, [110, 111]),
        (300, 1, 160, [300]),
        (300, 2, 160, [150, 150]),
        (300, 3, 160, [100, 100, 100]),
        (300, 4, 160, [150, 150]),
        (400, 4, 160, [200, 200]),
        (400, 5, 160, [160, 80, 160]),
        (900, 9, 160, [300, 300, 300]),
        (900, 9, 0, [900]),
    ],
)
def test_long_chapters_become_parts(words, points, beat_words, parts):
    beats = split(words, points, beat_words=beat_words)
    assert [beat.words for beat in beats] == parts
    assert [beat.number for beat in beats] == list(range(len(parts)))


@pytest.mark.parametrize("points", range(1, 9))
def test_every_key_point_is_in_one_part_in_order(points):
    told = [point for beat in split(600, points) for point in beat.key_points]
    assert told == list(map(str, range(points)))


@pytest.mark.parametrize(
    ("names", "style", "openers"),
    [
        (("Alex", "Sam"), "conversation", ["Sam", "Alex", "Sam"]),
        (("Alex", "Sam", "Kim"), "conversation", ["Sam", "Kim", "Alex"]),
        (("Alex", "Sam"), "interview", ["Alex"] * 3),
        (("Alex",), "narration", [""] * 3),
    ],
)
def test_parts_are_told_who_begins(names, style, openers):
    assert [beat.speaker for beat in split(600, 3, names=names, style=style)] == openers


class Part:
    """A beat whose lines come when the test says so."""

    def __init__(self):
        self.said = asyncio.Queue()
        self.closed = False
        self.count = 0

    async def lines(self):
        try:
            while (text := await self.said.get()) is not None:
                if isinstance(text, Exception):
                    raise text
                yield Segment(chapter=0, index=self.count, speaker="Alex", text=text)
                self.count += 1
        finally:
            self.closed = True


async def test_lines_of_later_parts_are_announced_and_come_in_their_turn():
    first, second = Part(), Part()
    lines = in_order([first.lines(), second.lines()])
    second.said.put_nowait("c")
    plain = Segment.model_fields["delivery"].default
    assert await anext(lines) == Upcoming("Alex", "c", plain, beat=1, index=0)
    first.said.put_nowait("a")
    assert [(s := await anext(lines)).text, s.index] == ["a", 0]
    second.said.put_nowait("d")
    assert await anext(lines) == Upcoming("Alex", "d", plain, beat=1, index=1)
    second.said.put_nowait(None)
    first.said.put_nowait("b")
    first.said.put_nowait(None)
    assert [(s.text, s.index) async for s in lines] == [("b", 1), ("c", 2), ("d", 3)]


@pytest.mark.parametrize("failing", [0, 1])
async def test_what_one_part_raises_ends_the_others(failing):
    parts = [Part(), Part()]
    parts[failing].said.put_nowait(ScriptError("unusable"))
    with pytest.raises(ScriptError, match="unusable"):
        [line async for line in in_order([part.lines() for part in parts])]
    assert [part.closed for part in parts] == [True, True]


async def test_leaving_early_ends_all_parts():
    parts = [Part(), Part()]
    parts[0].said.put_nowait("a")
    async with contextlib.aclosing(in_order([part.lines() for part in parts])) as lines:
        await anext(lines)
    assert [part.closed for part in parts] == [True, True]


SAID = "reefs below six meters recovered within about twelve years"


@pytest.mark.parametrize(
    ("text", "part", "repeated"),
    [
        (f"And {SAID.title()}!", 1, SAID.rsplit(" ", 1)[0]),
        (f"And {SAID}.", 0, ""),
        (SAID.rsplit(" ", 2)[0], 1, ""),
        ("Something else that has more than eight words in all, truly.", 1, ""),
    ],
)
def test_eight_words_of_another_part_are_a_repetition(text, part, repeated):
    spoken = SpokenRuns()
    spoken.add(f"Now, {SAID}.", 0)
    assert spoken.repeated(text, part) == repeated

"""Lines on their way from a writer to the mixer, also when they are withdrawn."""

import asyncio

import pytest

from podloom.domain import Segment
from podloom.stages.lines import ChapterLines, LinesWithdrawnError, VoicedLine


def line(text):
    return VoicedLine(Segment(chapter=0, index=0, speaker="Ann", text=text), asyncio.Future())


async def texts(lines):
    return [voiced.segment.text async for voiced in lines.read()]


async def test_a_reader_gets_lines_as_they_come_until_the_chapter_ends():
    lines = ChapterLines()
    reading = asyncio.ensure_future(texts(lines))
    for text in ("one", "two"):
        lines.put(line(text))
        await asyncio.sleep(0)
    assert not reading.done()
    assert [voiced.segment.text for voiced in lines.finish()] == ["one", "two"]
    assert await reading == ["one", "two"]
    assert await texts(lines) == ["one", "two"]


async def test_a_reader_of_withdrawn_lines_is_told():
    lines = ChapterLines()
    lines.put(line("kept"))
    lines.put(line("void"))
    reading = asyncio.ensure_future(texts(lines))
    await asyncio.sleep(0)
    assert [voiced.segment.text for voiced in lines.withdraw(keep=1)] == ["void"]
    with pytest.raises(LinesWithdrawnError):
        await reading
    lines.put(line("new"))
    lines.finish()
    assert await texts(lines) == ["kept", "new"]


async def test_a_reader_goes_on_when_lines_are_void_that_it_has_not_read():
    lines = ChapterLines()
    for text in ("kept", "void", "void too"):
        lines.put(line(text))
    reading = lines.read()
    assert (await anext(reading)).segment.text == "kept"
    lines.withdraw(keep=2)
    lines.withdraw(keep=1)
    lines.put(line("new"))
    lines.finish()
    assert [voiced.segment.text async for voiced in reading] == ["new"]


async def test_a_reader_is_told_of_a_withdrawal_that_a_smaller_one_follows():
    lines = ChapterLines()
    for text in ("void", "void too"):
        lines.put(line(text))
    reading = lines.read()
    await anext(reading)
    lines.withdraw(keep=0)
    for text in ("new", "void as well"):
        lines.put(line(text))
    lines.withdraw(keep=1)
    with pytest.raises(LinesWithdrawnError):
        await anext(reading)


async def test_a_reader_that_has_read_nothing_yet_need_not_begin_again():
    lines = ChapterLines()
    reading = asyncio.ensure_future(texts(lines))
    await asyncio.sleep(0)
    lines.withdraw(keep=0)
    lines.put(line("first"))
    lines.finish()
    assert await reading == ["first"]


async def test_withdrawn_returns_when_there_was_a_withdrawal_after_the_one_that_is_known():
    lines = ChapterLines()
    waiting = asyncio.ensure_future(lines.withdrawn(after=lines.withdrawals))
    lines.put(line("one"))
    await asyncio.sleep(0)
    assert not waiting.done()
    lines.withdraw(keep=0)
    await waiting

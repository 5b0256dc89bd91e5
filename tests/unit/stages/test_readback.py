"""Reading clips back with a recogniser that says what a test tells it."""

import asyncio
from pathlib import Path

import pytest

from podloom.domain import ChapterScript, EpisodeRequest, Script, Segment
from podloom.errors import SourceError
from podloom.settings import Settings, SpeechSettings
from podloom.stages import readback, shared
from podloom.stages.lines import VoicedLine
from podloom.stages.opening import open_run
from podloom.stages.readback import read_back
from podloom.stages.run import Run
from podloom.stages.voice import voice_segment
from podloom.stt.transcriber import Transcription
from podloom.telemetry import Telemetry

LINES = ("The lake was 42 degrees warm.", "Nobody knew why.", "She measured it again.")
LEAVES = object()


class Listener:
    """Hears what it is told, in order; LEAVES means that it takes for ever."""

    name = "listener"
    version = "listener-1"

    def __init__(self, *heard: object) -> None:
        self.heard = list(heard)

    async def load(self) -> None: ...

    async def close(self) -> None: ...

    async def transcribe(self, path: Path, language: str | None = None) -> Transcription:
        heard = self.heard.pop(0)
        if isinstance(heard, Exception):
            raise heard
        if heard is LEAVES:
            await asyncio.Event().wait()
        return Transcription(text=str(heard), language="en", segments=(), duration_s=1)


@pytest.fixture
async def run(tmp_path):
    asked = EpisodeRequest(sources=("x",), engine="tone", writer="offline", out=str(tmp_path / "out"))
    run = open_run(asked, Settings(home=tmp_path / "home"), Telemetry(), "run")
    yield run
    await run.cache.close()


async def heard_by(run: Run, listener: Listener, monkeypatch) -> list[str]:
    """Read the lines back; returns the notes about it."""
    monkeypatch.setattr(shared, "transcriber", lambda _: listener)
    segments = [
        Segment(chapter=0, index=index, speaker=run.speakers[index % 2].name, text=text)
        for index, text in enumerate(LINES)
    ]
    for segment in segments:
        run.lines(0).put(VoicedLine(segment, asyncio.ensure_future(voice_segment(run, segment))))
    chapter = ChapterScript(index=0, title="One", segments=tuple(segments))
    script = Script(title="T", summary="S", language="en", draft=True, chapters=(chapter,))
    before = len(run.telemetry.notes)
    await read_back(run, script)
    return run.telemetry.notes[before:]


async def test_lines_are_compared_as_they_are_spoken(run, monkeypatch):
    notes = await heard_by(
        run, Listener("the lake was forty-two degrees warm", LINES[1], "She measured it."), monkeypatch
    )
    found = run.read_back
    assert [(line.chapter, line.line, line.wer) for line in found.lines] == [
        (1, 1, 0),
        (1, 2, 0),
        (1, 3, 0.25),
    ]
    assert (found.wer, found.unread, found.transcriber) == (0.083, 0, "listener-1")
    assert notes == []


async def test_worst_lines_are_noted(run, monkeypatch):
    notes = await heard_by(run, Listener(LINES[0], "Nobody new my.", "Thank you."), monkeypatch)
    assert [note.partition("; ")[0] for note in notes] == [
        f"chapter 1, line 3 ({run.speakers[0].name}) was heard as 'Thank you.' (WER 100%)",
        f"chapter 1, line 2 ({run.speakers[1].name}) was heard as 'Nobody new my.' (WER 67%)",
    ]


async def test_what_cannot_be_read_back_is_noted_and_fails_nothing(run, monkeypatch):
    notes = await heard_by(run, Listener(LINES[0], SourceError("nothing but noise"), LINES[2]), monkeypatch)
    assert run.read_back.unread == 1
    assert notes == ["1 line was not read back: chapter 1, line 2: nothing but noise"]


async def test_reading_back_ends(run, monkeypatch):
    monkeypatch.setattr(readback, "LEAST_S", 0.0)
    monkeypatch.setattr(readback, "PER_SECOND", 0.0)
    notes = await heard_by(run, Listener(LEAVES), monkeypatch)
    assert (run.read_back.lines, run.read_back.wer, run.read_back.unread) == ((), None, 3)
    assert notes == ["3 lines were not read back: there was no more time after 0 s"]


async def test_what_was_heard_is_remembered(run, monkeypatch):
    await heard_by(run, Listener(*LINES), monkeypatch)
    run.chapters.clear()
    await heard_by(run, Listener(), monkeypatch)
    assert run.read_back.wer == 0


def test_without_a_recogniser_a_run_that_needs_one_is_not_opened(tmp_path, monkeypatch):
    def missing(_: object) -> None:
        raise SourceError("no recogniser")

    monkeypatch.setattr(shared, "transcriber", missing)
    asked = EpisodeRequest(sources=("x",), engine="tone", writer="offline", out=str(tmp_path / "out"))
    settings = Settings(home=tmp_path / "home", speech=SpeechSettings(read_back="report"))
    with pytest.raises(SourceError, match="no recogniser"):
        open_run(asked, settings, Telemetry(), "run")

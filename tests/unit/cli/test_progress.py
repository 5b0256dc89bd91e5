"""What is drawn in the terminal while a run is under way."""

import io

import pytest
from rich.console import Console

from podloom.cli.progress import Panel, shown_notes
from podloom.domain import Progress
from podloom.domain.events import NoteTaken, StageBegan


def drawn(*, later_s=0.0, **fields):
    clock = [100.0]
    panel = Panel(lambda: clock[0])
    panel.take(Progress(stage="voices", message="Voicing", **fields))
    clock[0] += later_s
    screen = Console(width=100, record=True, file=io.StringIO())
    screen.print(panel)
    return screen.export_text()


def test_time_goes_on_while_nothing_is_reported():
    assert drawn(elapsed_s=3.0, later_s=42.0).splitlines()[-1].strip().endswith("cache, 45 s")


def test_notes_are_printed_whole_and_nothing_else_is():
    screen = Console(width=20, file=io.StringIO(), markup=False, highlight=False)
    hear = shown_notes(screen)
    hear(StageBegan(stage="mix"))
    hear(NoteTaken(text="IPA is left out for [bold]nginx[/bold], which tone does not take"))
    assert screen.file.getvalue() == (
        "note: IPA is left out for [bold]nginx[/bold], which tone does not take\n"
    )


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({}, ["Voicing", "0 s of audio, 0 from the cache, 0 s"]),
        (
            {"listen": "http://127.0.0.1:4280/_live/r/"},
            ["Voicing", "0 s of audio", "listen while it is made: http://127.0.0.1:4280/_live/r/"],
        ),
    ],
)
def test_panel(fields, lines):
    text = drawn(**fields).splitlines()
    assert len([line for line in text if line.strip()]) == len(lines)
    assert all(line in shown for line, shown in zip(lines, text, strict=False))

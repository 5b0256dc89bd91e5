"""What is drawn in the terminal while a run is under way."""

import io

import pytest
from rich.console import Console

from podloom.cli.progress import Panel
from podloom.domain import Progress


def drawn(**fields):
    panel = Panel()
    panel.take(Progress(stage="voices", message="Voicing", **fields))
    screen = Console(width=100, record=True, file=io.StringIO())
    screen.print(panel)
    return screen.export_text()


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

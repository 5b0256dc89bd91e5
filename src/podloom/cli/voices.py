"""`podloom voices`: what each engine can say, and a sample to listen to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from podloom.cli.output import Json, console, print_json
from podloom.cli.running import run_async
from podloom.domain import Language, Voice
from podloom.settings import load_settings

NAMED_FROM = 100
"""Columns of a terminal; in a narrower one there is no room for names, and ids are what has to be typed."""

LOW_HZ, HIGH_HZ = 150.0, 175.0
"""Median pitch of most men below, of most women above."""


def voices(
    engine: Annotated[str, typer.Option(help="Only of this engine.")] = "",
    language: Annotated[Language | None, typer.Option(help="Only for this language.")] = None,
    sample: Annotated[str, typer.Option(help="Voice to speak a sample with.")] = "",
    to: Annotated[Path, typer.Option(help="File for the sample: .wav, .flac or .mp3.")] = Path("sample.wav"),
    text: Annotated[str, typer.Option(help="What the sample says.")] = "",
    as_json: Json = False,
) -> None:
    """List the voices, or speak a sample of one to a file."""
    from podloom.stages.auditions import list_voices, speak_sample  # noqa: PLC0415 - imports the rooms

    settings = load_settings()
    if sample:
        voice = run_async(speak_sample(sample, to, settings, engine=engine, language=language, text=text))
        if as_json:
            print_json({"voice": voice.model_dump(), "sample": str(to)})
        else:
            console().print(f"{voice.label or voice.id} speaks in {to}", soft_wrap=True)
        return
    listed, missing = run_async(list_voices(engine, language, settings))
    if as_json:
        print_json({"voices": [voice.model_dump() for voice in listed], "missing": missing})
    else:
        _print(listed, missing)


def _print(listed: list[Voice], missing: dict[str, str]) -> None:
    longest = max((len(voice.id) for voice in listed), default=0)
    voice_id = Column("voice", overflow="fold", min_width=min(28, longest))  # it has to be typed: never cut
    screen = console()
    wide = screen.width >= NAMED_FROM
    licences = list(dict.fromkeys(voice.licence for voice in listed if voice.licence))
    name, rate = (("name",), ("w/min",)) if wide else ((), ())
    table = Table("engine", voice_id, *name, "lang", "kind", "pitch", *rate, "misheard", "lic.", box=None)
    for voice in listed:
        table.add_row(
            voice.engine,
            voice.id,
            *((voice.label,) if wide else ()),
            voice.language,
            _kind(voice),
            f"{voice.pitch_hz:.0f} Hz" if voice.pitch_hz else "",
            *((f"{voice.words_per_minute:.0f}",) if wide else ()),
            "" if voice.error_rate is None else f"{voice.error_rate:.0%}",
            str(licences.index(voice.licence) + 1) if voice.licence else "",
        )
    screen.print(table)
    for number, licence in enumerate(licences, 1):
        screen.print(f"licence {number}: {licence}", soft_wrap=True)
    for engine, reason in missing.items():
        screen.print(f"{engine}: {reason}", soft_wrap=True)


def _kind(voice: Voice) -> str:
    """As its engine tells, else guessed from the pitch that was measured; "" where that is in between."""
    if voice.gender != "unknown" or not voice.pitch_hz:
        return "" if voice.gender == "unknown" else voice.gender
    return "male?" if voice.pitch_hz < LOW_HZ else "female?" if voice.pitch_hz > HIGH_HZ else ""

"""`podloom voices`: what each engine can say, and a sample to listen to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from podloom.cli.output import Json, console, print_json
from podloom.cli.running import run_async
from podloom.domain import Language, Voice
from podloom.errors import OutputError, PodloomError, VoiceError
from podloom.settings import Settings, load_settings
from podloom.tts.engine import ENGINES, SpeechEngine, build_engine

SAMPLES: dict[Language, str] = {
    "en": "Hello, and welcome. This is how I sound when I read your next episode.",
    "ko": "안녕하세요. 다음 에피소드를 이 목소리로 들려 드릴게요.",
}

NAMED_FROM = 100
"""Columns of a terminal; in a narrower one there is no room for names, and ids are what has to be typed."""


def voices(
    engine: Annotated[str, typer.Option(help="Only of this engine.")] = "",
    language: Annotated[Language | None, typer.Option(help="Only for this language.")] = None,
    sample: Annotated[str, typer.Option(help="Voice to speak a sample with.")] = "",
    to: Annotated[Path, typer.Option(help="File for the sample: .wav, .flac or .mp3.")] = Path("sample.wav"),
    text: Annotated[str, typer.Option(help="What the sample says.")] = "",
    as_json: Json = False,
) -> None:
    """List the voices, or speak a sample of one to a file."""
    settings = load_settings()
    listed, missing = _voices(engine, language, settings)
    if sample:
        voice = _pick(listed, sample)
        run_async(_speak(build_engine(voice.engine, settings), voice, text, to))
    if as_json:
        sampled = {"sample": str(to)} if sample else {}
        print_json({"voices": [voice.model_dump() for voice in listed], "missing": missing, **sampled})
    elif sample:
        console().print(f"{voice.label or voice.id} speaks in {to}", soft_wrap=True)
    else:
        _print(listed, missing)


def _voices(engine: str, language: Language | None, settings: Settings) -> tuple[list[Voice], dict[str, str]]:
    """Voices of every engine that can be built; and why the others cannot."""
    listed: list[Voice] = []
    missing: dict[str, str] = {}
    for name in [engine] if engine else ENGINES:
        try:
            listed += build_engine(name, settings).voices(language)
        except VoiceError:
            raise
        except PodloomError as error:
            if engine:
                raise
            missing[name] = str(error)
    return listed, missing


def _pick(listed: list[Voice], wanted: str) -> Voice:
    names = {wanted.lower(), wanted.partition("/")[2].lower()}  # of Piper's voices some have a / of their own
    for voice in listed:
        if names & {voice.id.lower(), voice.label.lower()}:
            return voice
    raise VoiceError(f"there is no voice {wanted!r} here; `podloom voices` lists those there are")


async def _speak(engine: SpeechEngine, voice: Voice, text: str, to: Path) -> None:
    from podloom.text.normalize import normalize  # noqa: PLC0415 - only for a sample

    await engine.load()
    spoken = normalize(text or SAMPLES[voice.language], voice.language)
    audio = await engine.synthesize(spoken, voice)
    import soundfile  # noqa: PLC0415 - only for a sample

    try:
        soundfile.write(to, audio.samples, audio.sample_rate)
    except (OSError, ValueError, TypeError, soundfile.LibsndfileError) as error:
        raise OutputError(f"cannot write the sample to {str(to)!r}: {error}") from error


def _print(listed: list[Voice], missing: dict[str, str]) -> None:
    longest = max((len(voice.id) for voice in listed), default=0)
    voice_id = Column("voice", overflow="fold", min_width=min(28, longest))  # it has to be typed: never cut
    screen = console()
    named = screen.width >= NAMED_FROM
    rest = ("lang", "kind", "pitch", "w/min", "misheard")
    table = Table("engine", voice_id, *(("name",) if named else ()), *rest, box=None)
    for voice in listed:
        table.add_row(
            voice.engine,
            voice.id,
            *((voice.label,) if named else ()),
            voice.language,
            voice.gender,
            f"{voice.pitch_hz:.0f} Hz" if voice.pitch_hz else "",
            f"{voice.words_per_minute:.0f}",
            "" if voice.error_rate is None else f"{voice.error_rate:.0%}",
        )
    screen.print(table)
    for name in dict.fromkeys(voice.engine for voice in listed):
        licences = sorted({voice.licence for voice in listed if voice.engine == name and voice.licence})
        if licences:
            screen.print(f"licence of {name}: {', '.join(licences)}", soft_wrap=True)
    for name, reason in missing.items():
        screen.print(f"{name}: {reason}", soft_wrap=True)

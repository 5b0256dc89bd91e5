"""Voices to choose from, as the engines and servers that can be used tell them, and a sample of one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from podloom.domain import Language, Voice
from podloom.errors import OutputError, PodloomError, VoiceError
from podloom.settings import Settings
from podloom.stages import shared
from podloom.stages.contrast import measurements
from podloom.text.detect import detect_language
from podloom.text.normalize import normalize
from podloom.tts.casting import find_voice
from podloom.tts.engine import ENGINES, SpeechEngine
from podloom.tts.hearing import recalled

SAMPLES: dict[Language, str] = {
    "en": "Hello, and welcome. This is how I sound when I read your next episode.",
    "ko": "안녕하세요. 다음 에피소드를 이 목소리로 들려 드릴게요.",
}


async def list_voices(
    engine: str, language: Language | None, settings: Settings
) -> tuple[list[Voice], dict[str, str]]:
    """Voices of every engine that can be used, or of this one; and why the others cannot.

    Raises:
        PodloomError: This one cannot, or there is no such engine.
    """
    listed: list[Voice] = []
    missing: dict[str, str] = {}
    for name in [engine] if engine else ENGINES:
        try:
            ready = await _ready(name, settings)
            # A model that alone knows its voices is loaded for them.
            offered = await asyncio.to_thread(ready.voices, language)
            listed += [_as_measured(voice, ready, settings) for voice in offered]
        except PodloomError as error:
            if engine:
                raise
            missing[name] = str(error)
    return listed, missing


async def speak_sample(
    wanted: str,
    to: Path,
    settings: Settings,
    *,
    engine: str = "",
    language: Language | None = None,
    text: str = "",
) -> Voice:
    """Have the voice say `text`, or who it is, in a file; the first engine that has the voice.

    Args:
        wanted: Id, label or recipe, with the engine before a slash or without.
        to: The file; its ending says of what kind.
        settings: Of the engines.
        engine: Only this one.
        language: Of the voice; by default that of the text.
        text: What is said.

    Raises:
        VoiceError: No engine that can be used has such a voice.
        OutputError: The file cannot be written.
    """
    name, _, rest = wanted.partition("/")
    if not engine and name in ENGINES:
        engine, wanted = name, rest
    speaking, voice = await _found(wanted, engine, _languages(language, text), settings)
    await speaking.load()
    audio = await speaking.synthesize(normalize(text or SAMPLES[voice.language], voice.language), voice)
    import soundfile  # noqa: PLC0415 - only for a sample

    try:
        soundfile.write(to, audio.samples, audio.sample_rate)
    except (OSError, ValueError, TypeError, soundfile.LibsndfileError) as error:
        raise OutputError(f"cannot write the sample to {str(to)!r}: {error}") from error
    return voice


def _as_measured(voice: Voice, engine: SpeechEngine, settings: Settings) -> Voice:
    """With the pitch that was measured when it was cast, where its table has none."""
    known = None if voice.pitch_hz else recalled(voice, engine, measurements(settings))
    return voice.model_copy(update={"pitch_hz": known.pitch_hz}) if known else voice


async def _ready(name: str, settings: Settings) -> SpeechEngine:
    """The engine; a server has told its voices, which is not known before it is asked."""
    engine = await asyncio.to_thread(shared.engine, name, settings)
    if engine.remote:
        await engine.load()
    return engine


async def _found(
    wanted: str, engine: str, languages: list[Language], settings: Settings
) -> tuple[SpeechEngine, Voice]:
    for name in [engine] if engine else ENGINES:
        for language in languages:
            try:
                ready = await _ready(name, settings)
                return ready, await asyncio.to_thread(find_voice, wanted, ready, language)
            except PodloomError:
                if engine and language == languages[-1]:
                    raise
    raise VoiceError(f"there is no voice {wanted!r} here; `podloom voices` lists those there are")


def _languages(language: Language | None, text: str) -> list[Language]:
    """In which the voice is looked for, in this order."""
    if language:
        return [language]
    return ["ko", "en"] if detect_language(text) == "ko" else ["en", "ko"]

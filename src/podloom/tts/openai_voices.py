"""The voices of OpenAI's models, and how they are told to say a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from podloom.domain import Delivery, Language, Voice
from podloom.settings import Settings
from podloom.tts.readiness import Readiness

Gender = Literal["female", "male", "neutral", "unknown"]

VOICES: dict[str, Gender] = {
    "nova": "female",
    "onyx": "male",
    "alloy": "neutral",
    "shimmer": "female",
    "echo": "male",
    "coral": "female",
    "ash": "male",
    "fable": "neutral",
    "sage": "female",
    "marin": "female",
    "cedar": "male",
    "ballad": "male",
    "verse": "male",
}
"""OpenAI does not state a gender; these are how the voices are commonly described."""
_NOT_FOR_TTS_1 = {"marin", "cedar", "ballad", "verse"}
TALKING_MODELS = ("gpt-",)
"""How the names of models begin that take instructions; others may refuse a call that has some."""
_WORDS_PER_MINUTE: dict[Language, float] = {"en": 160.0, "ko": 105.0}
"""Assumed, not measured: the server behind the address may be any."""

_EMPHASES = {"none": "", "strong": "Stress the most important words clearly."}
_MOODS = {
    "neutral": "",
    "cheerful": "Sound cheerful and warm, with a smile.",
    "serious": "Sound calm and serious.",
    "curious": "Sound curious and interested.",
}


def missing_packages() -> list[str]:
    """Nothing: the SDK is always installed."""
    return []


def readiness(settings: Settings, _language: Language, _speakers: int) -> Readiness:
    """Whether a server or a key is set; nobody is asked."""
    if settings.speech.base_url:
        return Readiness(ready=True, why="PODLOOM_SPEECH_BASE_URL is set")
    if settings.speech_key:
        return Readiness(ready=True, why="a key for OpenAI's voices is set")
    return Readiness(ready=False, why="neither PODLOOM_SPEECH_BASE_URL nor a key is set")


def voice_table(model: str, names: Sequence[str], language: Language | None) -> list[Voice]:
    """The voices of that name, by default all that the model has; each speaks both languages."""
    codes: tuple[Language, ...] = (language,) if language else ("en", "ko")
    old = model.startswith("tts-1")
    return [
        Voice(
            engine="openai",
            id=name,
            language=code,
            label=name.capitalize(),
            gender=VOICES.get(name, "unknown"),
            words_per_minute=_WORDS_PER_MINUTE[code],
            licence="terms of the provider",
        )
        for code in codes
        for name in names or [name for name in VOICES if not (old and name in _NOT_FOR_TTS_1)]
    ]


def instructions(delivery: Delivery) -> str:
    """The hints in words; "" for none."""
    told = (_sentence(delivery.tone), _EMPHASES[delivery.emphasis], _MOODS[delivery.mood])
    return " ".join(filter(None, told))


def _sentence(tone: str) -> str:
    tone = tone.strip()
    return tone if not tone or tone.endswith((".", "!", "?")) else f"{tone}."

"""What a call asks for: read, checked against the engine, and refused in words that say what to change."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from podloom.domain import Delivery, Language, Priority, Voice
from podloom.errors import VoiceError
from podloom.serving.speech_refusals import RefusedError
from podloom.serving.speech_sound import SoundFormat
from podloom.text.detect import detect_language
from podloom.text.normalize import normalize
from podloom.tts import wire
from podloom.tts.engine import PLAIN, BlendingEngine, SpeechEngine

T = TypeVar("T")
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""Taken as names of the one engine there is, for clients that can say nothing else."""
SHOWN_VOICES = 12

_MOODS: dict[Literal["cheerful", "serious", "curious"], str] = {
    "cheerful": r"cheerful|happy|warm|joyful|upbeat",
    "serious": r"serious|calm|grave|sober",
    "curious": r"curious|interested|inquisitive",
}
_EMPHASIS = r"stress|emphasi[sz]e|emphatic"
_SEED: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, lt=2**31)])
_NUMBER: TypeAdapter[float] = TypeAdapter(Annotated[float, Field(allow_inf_nan=False)])
_PRIORITY: TypeAdapter[Priority] = TypeAdapter(Priority)
_LANGUAGE: TypeAdapter[Language | None] = TypeAdapter(Language)


class Asked(BaseModel):
    """The body of POST /v1/audio/speech; fields that are not known are left alone, as OpenAI's API does."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str
    input: str
    voice: Annotated[str, BeforeValidator(lambda v: v["id"] if isinstance(v, dict) and "id" in v else v)]
    response_format: SoundFormat = "mp3"
    speed: float = Field(default=1.0, ge=0.25, le=4.0)
    instructions: str = Field(default="", max_length=4096)


@dataclass(frozen=True)
class Order:
    """A call that can be carried out."""

    text: str
    """Normalised for speech."""
    voice: Voice
    delivery: Delivery
    form: SoundFormat
    speed: float
    seed: int
    place: wire.Place


def read_order(body: bytes, headers: Mapping[str, str], engine: SpeechEngine, longest: int) -> Order:
    """The order in a call's body and headers.

    Args:
        body: JSON.
        headers: By lower-case name.
        engine: What will speak.
        longest: Characters of the text at most.

    Raises:
        RefusedError: It cannot be carried out.
    """
    asked = _asked(body)
    _check_model(asked.model, engine)
    _check_input(asked.input, longest)
    if asked.speed != 1 and not find_spec("av"):
        raise RefusedError(400, "'speed' other than 1 needs podloom[av] on this server.", param="speed")
    language = _header(headers, wire.LANGUAGE_HEADER, _LANGUAGE, None)
    voice = _voice(asked, language, engine)
    return Order(
        text=normalize(asked.input, voice.language),
        voice=voice,
        delivery=delivery_of(asked.instructions),
        form=asked.response_format,
        speed=asked.speed,
        seed=_header(headers, wire.SEED_HEADER, _SEED, 0),
        place=wire.Place(
            _header(headers, wire.PRIORITY_HEADER, _PRIORITY, "normal"),
            headers.get(wire.EPISODE_HEADER, "")[:128],
            _header(headers, wire.POSITION_HEADER, _NUMBER, 0.0),
            time.monotonic() + _header(headers, wire.DEADLINE_HEADER, _NUMBER, math.inf),
        ),
    )


def model_names(engine: SpeechEngine) -> list[str]:
    """The names of models that mean this engine, its own first."""
    return list(dict.fromkeys([engine.version, engine.name, *OPENAI_MODELS]))


def delivery_of(instructions: str) -> Delivery:
    """The hints in an instruction, by its words; what is not among them is left out."""
    words = instructions.lower()
    places = {mood: found.start() for mood, p in _MOODS.items() if (found := re.search(rf"\b(?:{p})", words))}
    emphatic = re.search(rf"\b(?:{_EMPHASIS})", words) is not None
    if not (places or emphatic):
        return PLAIN
    return Delivery(
        mood=min(places, key=places.__getitem__) if places else "neutral",
        emphasis="strong" if emphatic else "none",
    )


def _asked(body: bytes) -> Asked:
    try:
        return Asked.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if first["type"] == "json_invalid":
            raise RefusedError(400, "We could not parse the JSON body of your request.") from None
        field = ".".join(map(str, first["loc"]))
        raise RefusedError(400, f"{field!r}: {first['msg']}", param=field or None) from None


def _check_model(name: str, engine: SpeechEngine) -> None:
    names = model_names(engine)
    if name not in names:
        raise RefusedError(
            404,
            f"The model {name!r} does not exist here; there is {engine.version!r}, also called "
            f"{', '.join(names[1:])}.",
            param="model",
            code="model_not_found",
        )


def _check_input(text: str, longest: int) -> None:
    if not text.strip():
        raise RefusedError(400, "'input' has to hold some text.", param="input")
    if len(text) > longest:
        raise RefusedError(
            400, f"'input' has {len(text)} characters; at most {longest} are taken.", param="input"
        )


def _voice(asked: Asked, language: Language | None, engine: SpeechEngine) -> Voice:
    """The voice by id or label; of one that speaks several languages the text's."""
    offered = engine.voices()
    folded = asked.voice.casefold()
    found = [v for v in offered if asked.voice == v.id] or [
        v for v in offered if folded in {v.id.casefold(), v.label.casefold()}
    ]
    wanted = language or _spoken(asked.input)
    if not found and isinstance(engine, BlendingEngine) and ("," in asked.voice or ":" in asked.voice):
        try:
            return engine.blend(asked.voice, wanted)
        except VoiceError as error:
            raise RefusedError(400, str(error), param="voice") from error
    fitting = [voice for voice in found if voice.language == wanted]
    if fitting:
        return fitting[0]
    if found and language is None:
        return found[0]
    raise _no_voice(asked.voice, found, offered)


def _spoken(text: str) -> Language:
    return "ko" if detect_language(text) == "ko" else "en"


def _no_voice(wanted: str, found: Sequence[Voice], offered: Sequence[Voice]) -> RefusedError:
    ids = list(dict.fromkeys(voice.id for voice in offered))
    if found:
        spoken = ", ".join(sorted({voice.language for voice in found}))
        return RefusedError(400, f"The voice {wanted!r} only speaks {spoken}.", param="voice")
    close = get_close_matches(wanted, ids, n=1)
    hint = f"did you mean {close[0]!r}? There are " if close else "there are "
    shown = ", ".join(ids[:SHOWN_VOICES])
    return RefusedError(
        400, f"There is no voice {wanted!r}; {hint}{shown} (see /v1/audio/voices).", param="voice"
    )


def _header(headers: Mapping[str, str], name: str, kind: TypeAdapter[T], otherwise: T) -> T:
    given = headers.get(name)
    if given is None:
        return otherwise
    try:
        return kind.validate_strings(given)
    except ValidationError as error:
        raise RefusedError(400, f"{name} is {given!r}: {error.errors()[0]['msg']}.") from None

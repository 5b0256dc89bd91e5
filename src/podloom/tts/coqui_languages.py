"""Which of Podloom's languages a Coqui model speaks, as far as its name and its config tell."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from podloom.domain import Language

_CODES: dict[str, Language] = {"en": "en", "eng": "en", "ko": "ko", "kor": "ko"}
"""By the part of a code before the country: en-gb and ko_KR are told as well."""
_HANGUL = re.compile("[가-힣ᄀ-ᇿㄱ-ㅣ]")
OUTSIDE_SHARE = 0.2
"""So much of a text may be outside a model's vocabulary before it is refused."""
_PLAIN_CLEANERS = {None, "basic_cleaners", "english_cleaners", "multilingual_cleaners", "no_cleaners"}
"""Those that leave letters in their script."""
SENTENCES: dict[Language, str] = {
    "en": "The quick brown fox jumps over the lazy dog.",
    "ko": "다람쥐 헌 쳇바퀴에 타고파",
}
"""With every letter, and with every consonant."""
_SEVERAL = "multilingual"
"""In the place of a name's language, where the config says which."""


def told_languages(name: str, config: dict[str, Any], *, by_name: bool) -> list[str]:
    """Codes of the languages that are told, whether Podloom speaks them or not; empty where nothing is."""
    code = name.split("/")[1] if by_name else _SEVERAL
    return _in_config(config) if code == _SEVERAL else [code.lower()]


def spoken(told: list[str]) -> tuple[Language, ...]:
    """Those of Podloom's languages; English where nothing is told."""
    if not told:
        return ("en",)
    found = [_CODES.get(re.split("[-_]", code)[0]) for code in told]
    return tuple(dict.fromkeys(language for language in found if language))


def has_symbols(symbols: str, language: Language) -> bool:
    """Whether a vocabulary holds most letters of a sentence, as they are or taken apart (Hangul).

    True where no vocabulary is known.
    """
    if not symbols:
        return True
    letters = [letter for letter in SENTENCES[language] if letter.isalpha()]
    outside = [
        letter
        for letter in letters
        if not {letter.lower(), letter.upper()} & set(symbols)
        and not set(unicodedata.normalize("NFD", letter)) <= set(symbols)
    ]
    return len(outside) <= OUTSIDE_SHARE * len(letters)


def symbols_of(config: dict[str, Any], vocabulary: Path | None) -> str:
    """The letters of a model that takes them as they are; "" where it does not, or nothing tells.

    Args:
        config: The model's.
        vocabulary: The file that MMS has instead.
    """
    if vocabulary is not None:
        romanised = str((config.get("data") or {}).get("training_files", "")).endswith("uroman")
        return vocabulary.read_text("utf-8", "replace") if vocabulary.is_file() and not romanised else ""
    if config.get("use_phonemes") or config.get("text_cleaner") not in _PLAIN_CLEANERS:
        return ""
    return str((config.get("characters") or {}).get("characters") or "")


def _in_config(config: dict[str, Any]) -> list[str]:
    """What a config says about languages, in its various ways."""
    told = [*names(config.get("languages")), str(config.get("phoneme_language") or "")]
    told += [str(dataset.get("language") or "") for dataset in config.get("datasets") or []]
    characters = config.get("characters") or {}
    if _HANGUL.search(str(characters.get("characters") or "")):
        told.append("ko")
    return list(dict.fromkeys(code.lower() for code in told if code))


def names(found: object) -> list[str]:
    """Names from a list, or from the keys of a table."""
    return [str(name) for name in found] if isinstance(found, list | dict) else []

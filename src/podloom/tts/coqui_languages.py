"""Which of Podloom's languages a Coqui model speaks, as far as its name and its config tell."""

from __future__ import annotations

import re
from typing import Any

from podloom.domain import Language

_CODES: dict[str, Language] = {"en": "en", "eng": "en", "ko": "ko", "kor": "ko"}
"""By the part of a code before the country: en-gb and ko_KR are told as well."""
_HANGUL = re.compile("[가-힣ᄀ-ᇿㄱ-ㅣ]")
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

"""Text as it is spoken: plain words, whatever the engine."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from podloom.domain import Language

_NONE: Mapping[str, str] = MappingProxyType({})


def normalize(text: str, language: Language, *, pronunciations: Mapping[str, str] = _NONE) -> str:
    """`text` in words only: no digits, symbols, addresses or Markdown; in Korean no Latin letters either."""
    raise NotImplementedError

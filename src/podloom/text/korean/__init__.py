"""Korean as it is spoken."""

from __future__ import annotations


def speak(text: str) -> str:
    """Words of a plain line."""
    raise NotImplementedError

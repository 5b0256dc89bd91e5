"""Whether what the cache holds can be used: another version of Podloom may have written it."""

from __future__ import annotations

from pydantic import Field, ValidationError

from podloom.cache.protocol import Fits
from podloom.domain import Frozen


class ClipEntry(Frozen):
    """What the tts tier keeps of a line."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    voiced_by: str = ""
    """The fallback engine's voice, when that had to speak."""
    suspicion: str = ""
    """What is wrong with the clip, which is kept for want of a better one."""


def fits(shape: type[Frozen]) -> Fits:
    """Whether a value is the JSON of that shape."""

    def check(value: bytes) -> bool:
        try:
            shape.model_validate_json(value)
        except ValidationError:
            return False
        return True

    return check

"""What the groups of settings are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0)]


def _server(address: str) -> str:
    """Without a scheme the client would say that it cannot reach OpenAI."""
    if address and not address.startswith(("http://", "https://")):
        raise ValueError("the address of a server begins with http:// or https://")
    return address


Server = Annotated[str, AfterValidator(_server)]


def _whole(value: object) -> object:
    """A variable's value is a text, which no literal number is equal to."""
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


WHOLE = BeforeValidator(_whole)
"""For literals that are whole numbers."""


class Group(BaseModel):
    """Base of the groups of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

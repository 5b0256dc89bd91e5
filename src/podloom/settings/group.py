"""What the groups of settings are made of."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0)]


def _server(address: str) -> str:
    """Without a scheme the client would say that it cannot reach OpenAI."""
    if address and not address.startswith(("http://", "https://")):
        raise ValueError("the address of a server begins with http:// or https://")
    for part in address.split(","):
        try:
            _ = urlsplit(part.strip()).port
        except ValueError:  # which shows a part of the address
            raise ValueError("the address of a server has a host, and a number as its port if any") from None
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

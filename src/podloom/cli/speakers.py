"""Speakers on the command line: NAME[:ROLE][=VOICE], separated by commas."""

from __future__ import annotations

from typing import get_args

from pydantic import ValidationError

from podloom.domain import Role, SpeakerRequest
from podloom.errors import RequestError


def parse_speakers(text: str) -> tuple[SpeakerRequest, ...]:
    """Speakers of "Ann=jf_alpha, Ben:guest=jm_kumo".

    A comma inside a blend ("jm_kumo:0.5,jf_alpha:0.5") belongs to it: a part without a name goes with the
    voice before it.

    Raises:
        RequestError: A role is unknown.
    """
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        if parts and "=" in parts[-1] and "=" not in part and _is_weight(part):
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    return tuple(_speaker(part) for part in parts)


def _is_weight(part: str) -> bool:
    weight = part.rpartition(":")[2]
    return weight.replace(".", "", 1).isdigit()


def _speaker(part: str) -> SpeakerRequest:
    who, _, voice = part.partition("=")
    name, _, role = who.partition(":")
    roles = get_args(Role)
    if role and role.strip() not in roles:
        raise RequestError(f"speaker {name!r} has the role {role!r}; roles are {', '.join(roles)}")
    fields = {"name": name.strip(), "voice": voice.strip()} | ({"role": role.strip()} if role else {})
    try:
        return SpeakerRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise RequestError(f"speakers: {first['loc'][0]}: {first['msg']}, not {first['input']!r}") from None

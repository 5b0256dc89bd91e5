"""Speakers on the command line: NAME[:ROLE][=VOICE][ (TONE)], separated by commas."""

from __future__ import annotations

import re
from typing import get_args

from pydantic import ValidationError

from podloom.domain import Role, SpeakerRequest
from podloom.errors import RequestError

MOST = 4
_OUTSIDE_BRACKETS = re.compile(r",(?![^()]*\))")


def parse_speakers(text: str) -> tuple[SpeakerRequest, ...]:
    """Speakers of "Ann=jf_alpha, Ben:guest=jm_kumo" or "Ann=nova (warm, unhurried)".

    A comma inside a blend ("jm_kumo:0.5,jf_alpha:0.5") belongs to it: a part without a name goes with the
    voice before it. So do commas within the brackets of a tone.

    Raises:
        RequestError: A role is unknown, or there are too many.
    """
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in _OUTSIDE_BRACKETS.split(text))):
        if parts and "=" in parts[-1] and "=" not in part and _is_weight(part):
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    if len(parts) > MOST:
        raise RequestError(f"{len(parts)} speakers were given; an episode has {MOST} at most")
    return tuple(_speaker(part) for part in parts)


def _is_weight(part: str) -> bool:
    weight = part.rpartition(":")[2]
    return weight.replace(".", "", 1).isdigit()


def _speaker(part: str) -> SpeakerRequest:
    part, _, tone = part.partition("(")
    who, _, voice = part.partition("=")
    name, _, role = who.partition(":")
    roles = get_args(Role)
    if role and role.strip() not in roles:
        raise RequestError(f"speaker {name!r} has the role {role!r}; roles are {', '.join(roles)}")
    fields = {"name": name.strip(), "voice": voice.strip(), "tone": tone.strip().removesuffix(")")}
    fields |= {"role": role.strip()} if role else {}
    try:
        return SpeakerRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise RequestError(f"speakers: {first['loc'][0]}: {first['msg']}, not {first['input']!r}") from None

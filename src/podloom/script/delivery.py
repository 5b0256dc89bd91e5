"""How a line is said: what the writer may ask for, and what is taken from its answer.

Most lines have no hint, and then the answer has no word about it: each word of an answer costs time.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from podloom.domain import Delivery


def line_schema(names: list[str]) -> dict[str, Any]:
    """JSON schema of a line: speaker and text, or with hints as well.

    Two alternatives, because strict schemas know no optional properties. `speaker` comes before `text`, so
    that it is known first.
    """
    plain: dict[str, Any] = {"speaker": {"type": "string", "enum": names}, "text": {"type": "string"}}
    hints = {
        name: {"type": "string", "enum": field["enum"]}
        for name, field in Delivery.model_json_schema()["properties"].items()
        if "enum" in field  # a tone in words is for people
    }
    return {"anyOf": [_object(plain), _object({"speaker": plain["speaker"], **hints, "text": plain["text"]})]}


def read_delivery(raw: str) -> Delivery:
    """The hints of one line of an answer; unknown ones are left out, and the line is spoken all the same."""
    element = json.loads(raw)
    hints = {name: element[name] for name in Delivery.model_fields if name in element and name != "tone"}
    try:
        return Delivery.model_validate(hints)
    except ValidationError as error:
        unknown = {detail["loc"][0] for detail in error.errors()}
        return Delivery.model_validate({name: hints[name] for name in hints if name not in unknown})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }

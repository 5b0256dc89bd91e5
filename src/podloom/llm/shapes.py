"""How an answer of a given shape is asked for: servers differ in what they can hold to."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args

from podloom.llm.protocol import Prompt

Shape = Literal["schema", "object", "lines"]
"""A strict JSON schema; any JSON object; nothing but a request in words."""
SHAPES: tuple[Shape, ...] = get_args(Shape)


def shape_parameters(prompt: Prompt, shape: Shape) -> dict[str, Any]:
    """What the call says about the answer's shape."""
    if shape == "schema":
        schema = {"name": prompt.schema_name, "strict": True, "schema": prompt.schema}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    if shape == "object":
        return {"response_format": {"type": "json_object"}}
    return {}


def with_instruction(prompt: Prompt, shape: Shape) -> str:
    """The system text; where the server does not hold to the schema, the model is told about it."""
    if shape == "schema":
        return prompt.system
    element = _only_list(prompt.schema) if shape == "lines" else None
    if element is not None:
        return (
            f"{prompt.system}\n\nAnswer with JSON Lines only: one JSON object a line, no list around "
            "them, no Markdown, nothing before or after. "
            f"Every object follows this JSON schema:\n{_plain(element)}\n"
        )
    return (
        f"{prompt.system}\n\nAnswer with one JSON object only, no Markdown, nothing before or after. "
        f"It follows this JSON schema:\n{_plain(prompt.schema)}\n"
    )


def _only_list(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of the elements, if the answer is nothing but a list of objects."""
    properties = list(schema.get("properties", {}).values())
    if len(properties) == 1 and properties[0].get("type") == "array":
        element: dict[str, Any] = properties[0]["items"]
        return element
    return None


def _plain(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False)

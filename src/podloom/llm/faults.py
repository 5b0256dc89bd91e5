"""Reads what a server says about a failed call; knows the wordings of several servers."""

from __future__ import annotations

import re

_CONTEXT = re.compile(
    r"context[ _](?:length|size|window)|maximum context|exceeds? the (?:available )?context|too many tokens"
    r"|prompt is too long",
    re.IGNORECASE,
)
_SHAPE = re.compile(
    r"response_format|json_schema|json schema|structured|guided|grammar|json_object", re.IGNORECASE
)
LONGEST = 300
"""Characters of a server's message that are shown."""


def is_shape_fault(error: Exception) -> bool:
    """Whether a call may have failed because the server cannot hold to the shape that was asked for.

    Some servers say so (400, 422); others crash on it (500), which the SDK has retried by then.
    """
    status = getattr(error, "status_code", None)
    said = message_of(error)
    if status in {400, 404, 415, 422}:
        return bool(_SHAPE.search(said)) and not _CONTEXT.search(said)
    return status in {500, 501}


def message_of(error: Exception) -> str:
    """What the server said, without the SDK's frame around it."""
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error", body)
        said = inner.get("message", inner) if isinstance(inner, dict) else inner
        return f"{said} {body.get('code') or ''}".strip()
    return str(error)


def explain(error: Exception, *, key: str, model: str = "", context: int = 0) -> str:
    """The reason for a failed call and what to do next, in one sentence without the key."""
    status = getattr(error, "status_code", None)
    said = _shown(message_of(error), key)
    if status is None:
        return _without_status(error, said)
    if _CONTEXT.search(said):
        return (
            f"the prompt does not fit into the model's context; PODLOOM_LLM_CONTEXT_TOKENS is {context}, "
            f"set it to what the server has ({said})"
        )
    advice = {
        404: f"is there a model {model!r}? Check PODLOOM_LLM_MODEL and PODLOOM_LLM_BASE_URL",
        429: "too many requests or no quota left; set PODLOOM_LLM_REQUESTS_PER_MINUTE",
    }
    return f"HTTP {status}: {said}" + (f" ({advice[status]})" if status in advice else "")


def _without_status(error: Exception, said: str) -> str:
    """Nothing came, or something that is no answer of a model server."""
    if isinstance(error, ValueError):
        return "the answer is not JSON; check PODLOOM_LLM_BASE_URL, it usually ends in /v1"
    if type(error).__name__ in {"APIConnectionError", "APITimeoutError"}:
        return f"no answer ({type(error).__name__}); check PODLOOM_LLM_BASE_URL and the network"
    return said


def _shown(text: str, key: str) -> str:
    plain = " ".join(text.split())
    if key:
        plain = plain.replace(key, "***")
    # Servers echo keys in part: "Incorrect API key provided: sk-abc...wxyz".
    plain = re.sub(r"\b(?:sk|key)-[\w*.-]{6,}", "***", plain)
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + "..."

"""Cache keys: one digest over everything that changes a result."""

from __future__ import annotations

import hashlib
import json

SCHEMA_VERSION = 1
"""Raised when the bytes of a cached value change their meaning; old entries are then never read again."""


def cache_key(kind: str, **parts: object) -> str:
    """The key of a result of `kind` made from `parts`, which must be JSON-able and hold no secret.

    The same on every machine and for both backends: the order of parts and of dictionary keys does not
    matter, the type of a value does (1, 1.0 and "1" are three keys).
    """
    canonical = json.dumps(
        [SCHEMA_VERSION, kind, parts],
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()

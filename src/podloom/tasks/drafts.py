"""How drafts lie beside their run on a Prefect server: numbered, the newest counts. No Prefect in here."""

from __future__ import annotations

from collections.abc import Mapping

from podloom.domain.review import ScriptDraft

DRAFT = "podloom-draft-"
"""Prefix of the keys; a number follows."""
MOST_DRAFTS = 200


def newest(found: Mapping[str, str]) -> tuple[int, ScriptDraft]:
    """The newest draft of those with these keys, and its number; 0 where there is none yet."""
    numbers = [int(key.removeprefix(DRAFT)) for key in found]
    if not numbers:
        return 0, ScriptDraft()
    return max(numbers), ScriptDraft.model_validate_json(found[f"{DRAFT}{max(numbers)}"])

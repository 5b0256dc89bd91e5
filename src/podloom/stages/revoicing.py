"""An episode voiced again from its edited script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from podloom.domain import EpisodeRequest
from podloom.errors import RequestError
from podloom.stages.asking import as_request
from podloom.stages.origins import MANIFEST


def revoice_request(script: str, **changes: Any) -> EpisodeRequest:
    """What the episode beside the script was asked for, with its script as it is now, and `changes`.

    Raises:
        RequestError: There is no such script, its manifest cannot be used, or a change does not fit.
    """
    path = Path(script)
    if not path.is_file():
        raise RequestError(f"there is no script {script!r}; give the path of an episode's script.json")
    asked = _asked(path.with_name(MANIFEST))
    return as_request(asked | {"sources": (), "title": "", "script": str(path.resolve())} | changes)


def _asked(manifest: Path) -> dict[str, Any]:
    """The request in the manifest; nothing where the script lies alone."""
    if not manifest.is_file():
        return {}
    try:
        request = json.loads(manifest.read_bytes())["request"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(
            f"the manifest {str(manifest)!r} beside the script cannot be used ({error!r}); move the script"
            " elsewhere to voice it without"
        ) from error
    known = {key: value for key, value in request.items() if key in EpisodeRequest.model_fields}
    known.pop("deadline", None)  # it was the earlier run's
    if "out" in known and not Path(known["out"]).is_absolute():
        # It was relative to another folder than ours, perhaps; the episode lies where it was put.
        known["out"] = str(manifest.resolve().parent.parent)
    return known

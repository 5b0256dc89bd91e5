"""An episode voiced again from its edited script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from podloom.domain import EpisodeRequest
from podloom.errors import RequestError

MANIFEST = "episode.json"


def revoice_request(script: str, **changes: Any) -> EpisodeRequest:
    """What the episode beside the script was asked for, with its script as it is now, and `changes`.

    Raises:
        RequestError: There is no such script, its manifest cannot be used, or a change does not fit.
    """
    path = Path(script)
    if not path.is_file():
        raise RequestError(f"there is no script {script!r}; give the path of an episode's script.json")
    asked = _asked(path.with_name(MANIFEST))
    fields = asked | {"sources": (), "title": "", "script": str(path.resolve())} | changes
    try:
        return EpisodeRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise RequestError(f"{name}: {first['msg']}, not {first['input']!r}") from None


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
    return {key: value for key, value in request.items() if key in EpisodeRequest.model_fields}

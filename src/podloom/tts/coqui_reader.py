"""A Coqui model in the memory of a worker: text to sounds.

`tts_model.synthesize()` is called, never `tts()`: that splits English-only, adds half a second of silence
to each sentence and returns lists. The random numbers of torch belong to the process, so a process speaks one
line at a time.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from podloom.domain import Language
from podloom.errors import SpeechError, VoiceError
from podloom.text.sentences import split_long, split_sentences
from podloom.tts.coqui_clones import add_clones
from podloom.tts.coqui_languages import OUTSIDE_SHARE
from podloom.tts.coqui_models import ONLY, CoquiModel
from podloom.tts.coqui_torchaudio import ensure_torchaudio
from podloom.tts.engine import Samples
from podloom.tts.pieces import pause_s, trim
from podloom.tts.tempo import tempo
from podloom.tts.threaded import Order, Sound

XTTS_CHARACTERS: dict[Language, int] = {"en": 250, "ko": 95}
"""Of one call; beyond, XTTS drops the end without an error."""
MAX_CHARACTERS = 500
"""Of one call to other models: their memory grows with the text."""

_LOAD_ERRORS = (
    RuntimeError,
    ValueError,
    LookupError,
    AttributeError,
    AssertionError,
    TypeError,
    ImportError,
    OSError,
    EOFError,
    pickle.UnpicklingError,
)
"""What Coqui and torch raise on damaged files, and on kinds of models that they do not know."""
_SPEAK_ERRORS = (RuntimeError, ValueError, LookupError, AssertionError, TypeError, AttributeError)
"""What models raise on text or sizes they cannot take, and with other versions of what they are built on."""


class _Piece(NamedTuple):
    """A sentence or a part of a long one."""

    text: str
    pause_s: float
    outside: str
    """See Sound."""


@dataclass(frozen=True)
class CoquiOpener:
    """Loads a model where it is called: in a worker."""

    model: CoquiModel
    clones: Sequence[Path]
    threads: int

    def __call__(self) -> CoquiReader:
        """The loaded model; the caller has checked that its files are there and its licence is accepted.

        Raises:
            SpeechError: The files are damaged.
        """
        try:
            return self._open()
        except _LOAD_ERRORS as error:
            raise SpeechError(
                f"the Coqui model {self.model.name!r} in {str(self.model.path)!r} cannot be loaded "
                f"({type(error).__name__}: {str(error)[:200]}); delete it and download it again"
            ) from error

    def _open(self) -> CoquiReader:
        tts_class = tts_of(self.model)
        import torch  # noqa: PLC0415 - seconds, only when a model is opened

        torch.set_num_threads(self.threads)
        if self.model.by_name:
            tts = tts_class(self.model.name, progress_bar=False)
        elif self.model.is_mms:
            tts = tts_class(progress_bar=False)
            tts.synthesizer = _synthesizer_of_mms(self.model.path)
        else:
            path, config = str(self.model.path), str(self.model.config_path)
            tts = tts_class(model_path=path, config_path=config, progress_bar=False)
        if torch.cuda.is_available():
            tts.to("cuda")
        names = [*(tts.speakers or []), *(path.stem for path in self.clones)]
        add_clones(tts.synthesizer.tts_model, self.clones)
        return CoquiReader(
            self.model,
            tts.synthesizer,
            {name.strip(): name for name in names},
            frozenset(tts.languages or []),
        )


def tts_of(model: CoquiModel) -> Any:
    """Coqui's entrance; importing it takes seconds."""
    ensure_torchaudio()
    from TTS.api import TTS  # noqa: PLC0415 - seconds, after torchaudio is seen to

    if model.is_xtts:
        os.environ["COQUI_TOS_AGREED"] = "1"  # else it asks on the terminal; check() saw the user's consent
    return TTS


def _synthesizer_of_mms(weights: Path) -> Any:
    """Of MMS wherever it lies; Coqui itself takes a model for MMS if its path has "fairseq" in it."""
    from TTS.utils.synthesizer import Synthesizer  # noqa: PLC0415 - see tts_of

    class Fairseq(Synthesizer):  # type: ignore[misc]
        def _load_tts(self, tts_checkpoint: Path, _: object = None, *, use_cuda: bool) -> None:
            self._load_fairseq(tts_checkpoint, use_cuda=use_cuda)

    return Fairseq(tts_checkpoint=weights)


class CoquiReader:
    """A loaded model."""

    def __init__(
        self, model: CoquiModel, synthesizer: Any, speakers: dict[str, str], languages: frozenset[str]
    ) -> None:
        self._model = model
        self._synthesizer = synthesizer
        self._speakers = speakers
        """Voice id to the model's own name, which may end in white space."""
        self._languages = languages
        """Of a model that has to be told which; else empty."""
        self._usual_length: Any = getattr(synthesizer.tts_model, "length_scale", None)

    def about(self) -> list[str]:
        """Ids of its speakers."""
        return list(self._speakers)

    def sounds(self, order: Order) -> Iterator[Sound]:
        """The order, sentence by sentence; the same seed gives the same samples.

        Raises:
            SpeechError: The model cannot speak the text.
            VoiceError: It has no such speaker.
        """
        if order.mates:
            yield from self._together((order, *order.mates))
            return
        import torch  # noqa: PLC0415 - seconds, only when a model is opened

        speaker = self._speaker(order.voice.id)
        torch.manual_seed(order.seed)
        for piece in self._pieces(order):
            if order.live and self._model.is_xtts:
                yield from self._live(piece.text, speaker, order, piece.pause_s)
            else:
                yield self._sound(self._say(piece.text, speaker, order), piece)

    def _together(self, orders: Sequence[Order]) -> Iterator[Sound]:
        """The first sentences of all in one call, then the second of those that have one, and so on."""
        from podloom.tts.coqui_vits import LineNoise, Part, speak_together  # noqa: PLC0415 - torch

        speakers = [self._speaker(order.voice.id) for order in orders]
        noises = [LineNoise(order.seed) for order in orders]
        for turn in zip_longest(*[list(self._pieces(order)) for order in orders]):
            pieces = {number: piece for number, piece in enumerate(turn) if piece is not None}
            parts = [
                Part(piece.text, speakers[at], self._told(orders[at]), self._length(orders[at]), noises[at])
                for at, piece in pieces.items()
            ]
            try:
                made = speak_together(self._synthesizer.tts_model, parts)
            except _SPEAK_ERRORS as error:
                raise self._cannot(" / ".join(part.text for part in parts), error) from error
            for (number, piece), samples in zip(pieces.items(), made, strict=True):
                yield self._sound(samples, piece, number)

    def _pieces(self, order: Order) -> Iterator[_Piece]:
        """What the model can take at once, in order."""
        language = order.voice.language
        most = XTTS_CHARACTERS[language] if self._model.is_xtts else MAX_CHARACTERS
        for sentence in split_sentences(order.text, language):
            pieces = split_long(sentence, most)
            for number, piece in enumerate(pieces, 1):
                pause = pause_s(piece, sentence_ends=number == len(pieces))
                yield _Piece(piece, pause, self._outside(piece))

    def _sound(self, samples: Samples, piece: _Piece, number: int = 0) -> Sound:
        rate = int(self._synthesizer.output_sample_rate)
        return Sound(trim(samples, rate), rate, piece.pause_s, piece.outside, number)

    def _speaker(self, voice_id: str) -> str | None:
        if not self._speakers and voice_id == ONLY:
            return None
        if voice_id not in self._speakers:
            raise VoiceError(f"the Coqui model {self._model.name!r} has no speaker {voice_id!r}")
        return self._speakers[voice_id]

    def _outside(self, piece: str) -> str:
        """What is outside the vocabulary: models drop it, and then speak little, or nothing, or fail."""
        tokenizer: Any = getattr(self._synthesizer.tts_model, "tokenizer", None)
        characters: Any = getattr(tokenizer, "characters", None)
        if characters is None or tokenizer.use_phonemes:
            return ""  # XTTS reads bytes; phonemizers turn any letter into symbols they know
        cleaned = tokenizer.text_cleaner(piece, lang=None) if tokenizer.text_cleaner else piece
        outside = [symbol for symbol in cleaned if symbol not in characters.vocab]
        if len(outside) > OUTSIDE_SHARE * len(cleaned):
            raise SpeechError(
                f"the Coqui model {self._model.name!r} has no symbols for "
                f"{''.join(sorted(set(outside)))[:40]!r} in {piece[:60]!r}; choose a model "
                "that speaks the language"
            )
        return "".join(outside)

    def _say(self, piece: str, speaker: str | None, order: Order) -> Samples:
        synthesizer = self._synthesizer
        vocoder = synthesizer.vocoder_model
        arguments: dict[str, Any] = {"speaker": speaker, "language": self._told(order)}
        speed = tempo(order.delivery)
        if self._model.is_xtts:
            arguments["voice_dir"] = synthesizer.voice_dir
            arguments |= {} if speed == 1 else {"speed": speed}
        else:
            arguments["use_griffin_lim"] = vocoder is None
            if self._usual_length is not None:
                synthesizer.tts_model.length_scale = self._length(order)
        try:
            made = synthesizer.tts_model.synthesize(piece, **arguments)
            wav = made["wav"]
            if vocoder is not None:
                # Two-stage models (Tacotron, GlowTTS) end at a spectrogram; this is what tts() does with it.
                wav = synthesizer._run_vocoder(  # noqa: SLF001 - it has no public way
                    made["outputs"]["model_outputs"][0], next(vocoder.parameters()).device
                )
        except _SPEAK_ERRORS as error:
            raise self._cannot(piece, error) from error
        return _samples(wav)

    def _told(self, order: Order) -> str | None:
        """The language, for models that have to be told."""
        return order.voice.language if order.voice.language in self._languages else None

    def _length(self, order: Order) -> float:
        """Of every sound, as VITS takes it."""
        return float(self._usual_length / tempo(order.delivery))

    def _live(self, piece: str, speaker: str | None, order: Order, pause: float) -> Iterator[Sound]:
        """XTTS as it makes it, about a second at a time; another take than `_say`."""
        model, config = self._synthesizer.tts_model, self._synthesizer.tts_model.config
        rate = int(self._synthesizer.output_sample_rate)
        latents, embedding = model.speaker_manager.speakers[speaker].values()
        names = ("temperature", "length_penalty", "repetition_penalty", "top_k", "top_p")
        chunks = model.inference_stream(
            piece,
            order.voice.language,
            latents,
            embedding,
            speed=tempo(order.delivery),
            **{name: getattr(config, name) for name in names},
        )
        try:
            for chunk in chunks:
                yield Sound(_samples(chunk), rate, pause_s=0.0)
        except _SPEAK_ERRORS as error:
            raise self._cannot(piece, error) from error
        yield Sound(np.zeros(0, dtype=np.float32), rate, pause)  # which chunk is the last is not known before

    def _cannot(self, piece: str, error: Exception) -> SpeechError:
        return SpeechError(
            f"the Coqui model {self._model.name!r} cannot speak {piece[:60]!r}: "
            f"{type(error).__name__}: {str(error)[:200]}"
        )


def _samples(wav: Any) -> Samples:
    wav = wav.detach().cpu().numpy() if hasattr(wav, "cpu") else wav
    return np.asarray(wav, dtype=np.float32).ravel()

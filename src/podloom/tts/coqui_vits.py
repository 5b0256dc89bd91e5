"""Sentences of several lines through one call of a Coqui VITS model, each as if it were spoken alone.

Two things would let a line hear the others, and both are seen to here. The model draws its noise for the
whole batch, padding included: here every line draws from its own seed, as much as it would alone. And its
decoder knows no lengths, so what it makes of the padding reaches back into the end of a shorter line: here
the padding is silenced before every convolution of the decoder.

What is left is rounding: sums of other lengths are added up in another order (figures: docs/coqui.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from podloom.tts.engine import Samples


class LineNoise:
    """The random numbers of one line: those it would draw alone after torch.manual_seed(seed)."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._generators: dict[Any, Any] = {}
        """By device: each has random numbers of its own."""

    def like(self, wanted: Any) -> Any:
        """A tensor of the wanted one's shape, strides (they decide the order of drawing) and device."""
        if wanted.device not in self._generators:
            self._generators[wanted.device] = torch.Generator(wanted.device).manual_seed(self._seed)
        return torch.empty_like(wanted).normal_(generator=self._generators[wanted.device])


@dataclass(frozen=True)
class Part:
    """A sentence, and the line it belongs to."""

    text: str
    speaker: str | None
    language: str | None
    length_scale: float
    noise: LineNoise


def speak_together(model: Any, parts: Sequence[Part]) -> list[Samples]:
    """The samples of each part, in order, from one call of a `Vits`.

    With a single part they are those of `synthesize()` to the bit.

    Raises:
        Exception: What Coqui and torch raise on text or sizes they cannot take.
    """
    tokens = _tokens(model, parts)
    lengths = [len(ids) for ids in tokens]
    if not all(lengths):
        raise ValueError("one of the texts has no symbol that the model reads")  # alone, the model refuses it
    padded = torch.zeros(len(parts), max(lengths), dtype=torch.long)
    for row, ids in zip(padded, tokens, strict=True):
        row[: len(ids)] = torch.as_tensor(ids, dtype=torch.long)
    conditions = {
        "x_lengths": torch.tensor(lengths, device=model.device),
        **_speakers_and_languages(model, parts),
    }
    with _OwnNoise([part.noise for part in parts], lengths), _tempi(model, parts), _ends(model) as frames:
        made = model.inference(padded.to(model.device), conditions)["model_outputs"]
    per_frame = made.shape[-1] // frames.longest
    return [
        line[0, : length * per_frame].cpu().numpy() for line, length in zip(made, frames.lengths, strict=True)
    ]


def _tokens(model: Any, parts: Sequence[Part]) -> list[list[int]]:
    """What the model reads, part by part; as `synthesize()` does it."""
    only = model.language_manager.language_names[0] if model.language_manager.num_languages == 1 else None

    def read(part: Part) -> list[int]:
        ids: list[int] = model.tokenizer.text_to_ids(part.text, language=part.language or only)
        return ids

    phonemizer = getattr(model.tokenizer, "phonemizer", None)
    if phonemizer is None or phonemizer.name() != "espeak":
        return [read(part) for part in parts]
    # espeak-ng is a process a clause: waiting for one after the other would cost what the batch gains.
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(read, parts))


def _speakers_and_languages(model: Any, parts: Sequence[Part]) -> dict[str, Any]:
    """Those arguments of `inference()`, a row a part; as `synthesize()` finds them for one."""
    told = [model._get_speaker_id_or_dvector(part.speaker) for part in parts]  # noqa: SLF001 - no public way
    languages = [model._get_language_id(part.language) for part in parts]  # noqa: SLF001
    ids, vectors = ([row for row in rows if row is not None] for rows in zip(*told, strict=True))
    known = [language for language in languages if language is not None]
    return {
        "speaker_ids": torch.cat(ids) if ids else None,
        "d_vectors": torch.cat(vectors) if vectors else None,
        "language_ids": torch.tensor(known, device=model.device) if known else None,
    }


class _OwnNoise(TorchFunctionMode):  # type: ignore[misc]
    """Within, the noise that VITS draws for a batch comes line by line from the lines' own.

    It draws twice: `torch.randn` for the durations, as wide as the padded texts, and `torch.randn_like` for
    the sound, as wide as the padded frames.
    """

    def __init__(self, noises: Sequence[LineNoise], texts: Sequence[int]) -> None:
        super().__init__()
        self._noises = noises
        self._texts = texts
        """Length of each, in tokens."""

    def __torch_function__(
        self, function: Any, _types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if function is torch.randn:
            return self._drawn(torch.zeros(*args), self._texts)
        if function is torch.randn_like:
            return self._drawn(torch.zeros_like(args[0]), _filled(args[0]))
        return function(*args, **(kwargs or {}))

    def _drawn(self, padded: Any, lengths: Sequence[int]) -> Any:
        for number, (noise, length) in enumerate(zip(self._noises, lengths, strict=True)):
            own = padded[number : number + 1, :, :length]
            own.copy_(noise.like(own))
        return padded


@contextmanager
def _tempi(model: Any, parts: Sequence[Part]) -> Iterator[None]:
    """Within, every row of a batch has the length scale of its part."""
    usual = model.length_scale
    scales = [part.length_scale for part in parts]
    model.length_scale = torch.tensor(scales, device=model.device).reshape(-1, 1, 1)
    try:
        yield
    finally:
        model.length_scale = usual


class _Frames:
    """What the decoder is given: how many frames each line has, and the padding."""

    lengths: list[int]
    longest: int

    def see(self, _decoder: Any, given: tuple[Any, ...]) -> None:
        """Called before the decoder."""
        self.lengths = _filled(given[0])
        self.longest = given[0].shape[-1]
        places = torch.arange(self.longest, device=given[0].device)
        ends = torch.tensor(self.lengths, device=given[0].device)
        self._sound = (places < ends[:, None]).unsqueeze(1).to(given[0].dtype)

    def silence(self, _convolution: Any, given: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Called before each of its convolutions: beyond a line's end there is nothing, as in it alone."""
        samples_per_frame = given[0].shape[-1] // self.longest
        if not samples_per_frame:
            return None  # the speaker, who has no time
        return (given[0] * self._sound.repeat_interleave(samples_per_frame, -1),)


@contextmanager
def _ends(model: Any) -> Iterator[_Frames]:
    """Within, the decoder ends every line where it would end alone."""
    frames, decoder = _Frames(), model.waveform_decoder
    kinds = (torch.nn.Conv1d, torch.nn.ConvTranspose1d)
    convolutions = [part for part in decoder.modules() if isinstance(part, kinds)]
    hooks = [decoder.register_forward_pre_hook(frames.see)]
    hooks += [part.register_forward_pre_hook(frames.silence) for part in convolutions]
    try:
        yield frames
    finally:
        for hook in hooks:
            hook.remove()


def _filled(padded: Any) -> list[int]:
    """How far each line of a batch, shape (lines, channels, length), reaches: beyond there are zeros only.

    At least 1: VITS gives a line without any duration one empty frame.
    """
    places = torch.arange(1, padded.shape[-1] + 1, device=padded.device)
    reach: list[int] = ((padded != 0).any(1) * places).amax(1).clamp_min(1).tolist()
    return reach

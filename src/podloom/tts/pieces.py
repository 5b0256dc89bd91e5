"""Text into the pieces an engine can take at once, and their audio back into one."""

from __future__ import annotations

from collections.abc import Sequence

from podloom.text.sentences import split_long
from podloom.tts.engine import Samples

THRESHOLD = 0.01
"""Samples below are silence at the ends of a sentence."""
MARGIN_S = 0.04
"""Kept of that silence, so that soft beginnings and ends are not cut."""


def pack(sentences: Sequence[str], max_chars: int) -> list[str]:
    """Sentences joined to as few pieces of at most `max_chars` characters as there can be."""
    pieces: list[str] = []
    for sentence in sentences:
        for part in split_long(sentence, max_chars):
            if pieces and len(pieces[-1]) + 1 + len(part) <= max_chars:
                pieces[-1] = f"{pieces[-1]} {part}"
            else:
                pieces.append(part)
    return pieces


def trim(samples: Samples, sample_rate: int) -> Samples:
    """Without the silence at both ends; empty when all is silence."""
    import numpy as np  # noqa: PLC0415 - 60 ms that a run's first call need not wait for

    loud = np.flatnonzero(np.abs(samples) > THRESHOLD)
    if not loud.size:
        return samples[:0]
    margin = round(MARGIN_S * sample_rate)
    return samples[max(0, loud[0] - margin) : loud[-1] + 1 + margin]


def join(clips: Sequence[Samples], pauses_s: Sequence[float], sample_rate: int) -> Samples:
    """The clips in order, with a pause after each but the last."""
    import numpy as np  # noqa: PLC0415 - see trim

    joined: list[Samples] = []
    for clip, pause_s in zip(clips, pauses_s, strict=True):
        joined += [clip, np.zeros(round(pause_s * sample_rate), dtype=np.float32)]
    return np.concatenate(joined[:-1]) if joined else np.zeros(0, dtype=np.float32)


def pause_s(piece: str, *, sentence_ends: bool) -> float:
    """The pause after a piece, by how it ends."""
    if not sentence_ends:
        return 0.12
    return 0.35 if piece.rstrip("\"'”’)").endswith(("…", "...", "?")) else 0.22

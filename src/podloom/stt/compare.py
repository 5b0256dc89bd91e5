"""How far what was heard is from what was written: error rates over words and over characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence

import numpy as np

Normalise = Callable[[str], str]


def word_error_rate(written: str, heard: str, normalise: Normalise | None = None) -> float:
    """Words replaced, missing or too many, per written word; 0 is perfect, above 1 is possible.

    Args:
        written: What should have been said.
        heard: What a transcriber heard.
        normalise: Applied to both first, e.g. to write out numbers; case and punctuation never count.
    """
    return _rate(plain(written, normalise).split(), plain(heard, normalise).split())


def character_error_rate(written: str, heard: str, normalise: Normalise | None = None) -> float:
    """The same over characters without spaces; for Korean, whose spacing is a matter of taste."""
    return _rate(plain(written, normalise).replace(" ", ""), plain(heard, normalise).replace(" ", ""))


def plain(text: str, normalise: Normalise | None = None) -> str:
    """Lower-case words without punctuation, one space between them."""
    text = unicodedata.normalize("NFKC", normalise(text) if normalise else text).casefold()
    text = text.replace("’", "'")
    text = re.sub(r"(?<=\w)'(?=\w)|(?<=\d)[,.](?=\d{3}\b)", "", text)  # don't, 1,000
    return " ".join(re.findall(r"\w+", text.replace("_", " ")))


def _rate(written: Sequence[str], heard: Sequence[str]) -> float:
    if not written:
        return 1.0 if heard else 0.0
    return edit_distance(written, heard) / len(written)


def edit_distance(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Levenshtein distance: the fewest items to replace, remove or insert."""
    numbers = {item: number for number, item in enumerate({*first, *second})}
    across = np.array([numbers[item] for item in second], dtype=np.int64)
    steps = np.arange(len(second) + 1)
    row = steps
    for count, item in enumerate(first, 1):
        replaced = row[:-1] + (across != numbers[item])
        best = np.concatenate(([count], np.minimum(replaced, row[1:] + 1)))
        # Insertions run from left to right: best[j] = min over i <= j of best[i] + (j - i).
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])

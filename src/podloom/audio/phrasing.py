"""Dynamics within a line: speech engines hold one level where a person does not.

A speaker begins a paragraph louder than they end it (Trouvain, Barry, Nielsen, Andersen: "Implications of
energy declination for speech synthesis", ESCA Workshop on Speech Synthesis 1998), and an aside ("Right.") is
softer than an answer.
Without that, an episode of a neural engine has a loudness range of 2 to 3 LU, below the 4 to 18 LU that
conversations have. The depth was chosen by that measure; no panel of listeners has judged it.
"""

from __future__ import annotations

import numpy as np

from podloom.audio.samples import Samples

SLOPE_DB = 2.5
"""Above the level at the beginning of a line, and below it at its end."""
FULL_SLOPE_S = 6.0
"""Shorter lines fall less."""
ASIDE_DB = 2.0
"""Softer, at the most."""
ASIDE_S = 2.5
"""Lines from this length on are no asides."""
ROW = 512


def phrased(samples: Samples, sample_rate: int) -> Samples:
    """The line with a falling level; its middle keeps the level unless it is an aside."""
    duration_s = len(samples) / sample_rate
    slope_db = SLOPE_DB * min(1.0, duration_s / FULL_SLOPE_S)
    softer_db = ASIDE_DB * max(0.0, 1.0 - duration_s / ASIDE_S)
    first_db, last_db = slope_db - softer_db, -slope_db - softer_db
    return _sloping(samples, first_db, (last_db - first_db) / max(1, len(samples) - 1))


def _sloping(samples: Samples, first_db: float, step_db: float) -> Samples:
    """With a gain that moves by `step_db` from sample to sample.

    10^((a + b) / 20) is 10^(a / 20) times 10^(b / 20): a power for each row and column, not for each sample.
    """
    rows = np.zeros((-(-len(samples) // ROW), ROW), np.float32)
    flat = rows.ravel()
    flat[: len(samples)] = samples
    rows *= _factors(first_db, step_db * ROW, len(rows))[:, np.newaxis]
    rows *= _factors(0.0, step_db, ROW)
    return flat[: len(samples)]


def _factors(first_db: float, step_db: float, count: int) -> Samples:
    factors: Samples = (10 ** ((first_db + step_db * np.arange(count)) / 20)).astype(np.float32)
    return factors

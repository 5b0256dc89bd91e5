"""From samples to 16 bits: triangular noise of one step makes rounding errors noise, not distortion.

Source: Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40 (1992).
"""

from __future__ import annotations

import numpy as np

from podloom.audio.samples import Frames, Samples

STEPS = 32_767
"""Of full scale."""
PER_DRAW = 4
"""Values of 16 bits in one draw of the generator."""


class Dither:
    """Rounds a stream block by block; the same seed and blocks give the same frames."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.default_rng(seed).bit_generator

    def __call__(self, block: Samples) -> Frames:
        """The frames of a block; what is over full scale is clipped."""
        steps = block * np.float32(STEPS)
        steps += self._noise(len(block))
        np.rint(steps, out=steps)
        np.clip(steps, -STEPS - 1, STEPS, out=steps)
        return steps.astype(np.int16)

    def _noise(self, size: int) -> Samples:
        """The difference of two even distributions: from -1 to 1 step.

        Drawn as bits: floating point draws cost twice as much, and more than the rest of rounding.
        """
        drawn = self._source.random_raw(-(-2 * size // PER_DRAW)).view(np.uint16)
        noise = np.subtract(drawn[:size], drawn[size : 2 * size], dtype=np.float32)
        noise *= np.float32(2**-16)
        return noise

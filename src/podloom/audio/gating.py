"""Integrated loudness and loudness range of a whole programme, from its energies per 100 ms.

The figures are those of libebur128 in its histogram mode (steps of 0.1 LU), which reads the samples of three
seconds for every range block and of 400 ms for every loudness block; from energies both are a few sums.
Sources: ITU-R BS.1770-4, EBU Tech 3341 and 3342.
"""

from __future__ import annotations

import math

import numpy as np

from podloom.audio.loudness import BLOCK_HOPS, OFFSET_LU, Energies

FLOOR_LUFS = -70.0
SILENT = 1e-12
STEPS, STEPS_PER_LU = 1000, 10
GATE, RANGE_GATE = 10 ** (-10 / 10), 10 ** (-20 / 10)
"""Of the mean energy: what is quieter does not count."""
RANGE_HOPS, RANGE_STEP_HOPS = 30, 10
LOW, HIGH = 0.10, 0.95
"""Parts of the time between which the range lies."""


def integrated_lufs(energies: Energies) -> float:
    """Of 400 ms blocks, one each 100 ms; -inf for silence."""
    heard = _gated(_in_steps(_blocks(energies, BLOCK_HOPS)), GATE)
    return OFFSET_LU + _decibels(float(heard.mean())) if len(heard) else -math.inf


def range_lu(energies: Energies) -> float:
    """Of 3 s blocks, one each second; 0 for less."""
    heard = _gated(_in_steps(_blocks(energies, RANGE_HOPS)[::RANGE_STEP_HOPS]), RANGE_GATE)
    if not len(heard):
        return 0.0
    heard.sort()
    low, high = (float(heard[int((len(heard) - 1) * part + 0.5)]) for part in (LOW, HIGH))
    return _decibels(high) - _decibels(low)


def _blocks(energies: Energies, hops: int) -> Energies:
    return np.convolve(energies, np.full(hops, 1 / hops), "valid") if len(energies) >= hops else energies[:0]


def _in_steps(blocks: Energies) -> Energies:
    """Energy in the middle of each block's step, without what is below the floor."""
    lufs = OFFSET_LU + 10 * np.log10(np.maximum(blocks, SILENT))
    steps = np.floor((lufs[lufs >= FLOOR_LUFS] - FLOOR_LUFS) * STEPS_PER_LU)
    middles = FLOOR_LUFS + (np.minimum(steps, STEPS - 1) + 0.5) / STEPS_PER_LU
    energies: Energies = 10 ** ((middles - OFFSET_LU) / 10)
    return energies


def _gated(blocks: Energies, part: float) -> Energies:
    return blocks[blocks >= blocks.mean() * part] if len(blocks) else blocks


def _decibels(energy: float) -> float:
    return 10 * math.log10(energy)

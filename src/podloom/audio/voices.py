"""How much louder each clip is made: the speaker's running level plus a part of the clip's own deviation."""

from __future__ import annotations

import math

import numpy as np

from podloom.audio.loudness import DUAL_MONO_LU, HOP_S, Energies, gated_loudness

MEMORY_S = 300
"""A speaker's level is a running figure over this much speech."""
OWN_PART = 0.6
OWN_LIMIT_DB = 4.0
MEANINGFUL_S = 1.9
"""Shorter clips ("Right.") say little about the level; with the 0.4 s that clip_energies adds."""


class VoiceLevels:
    """What has been heard of each speaker.

    All clips of a speaker at exactly the target would flatten every expression; one gain a speaker would
    leave the jumps that engines make between clips. So: the speaker's gain, and 60 % of the clip's own
    deviation, at most 4 dB.
    """

    def __init__(self, target_lufs: float) -> None:
        self._target = target_lufs - DUAL_MONO_LU  # clips are measured as one channel
        self._heard: dict[str, list[Energies]] = {}

    def hear(self, speaker: str, energies: Energies) -> None:
        """Take a clip into the speaker's level."""
        heard = self._heard.setdefault(speaker, [])
        heard.append(energies)
        if len(heard) > 64:
            heard[:] = [np.concatenate(heard)[-round(MEMORY_S / HOP_S) :]]

    def gain_db(self, speaker: str, energies: Energies) -> float:
        """For a clip of a speaker who has been heard."""
        own = gated_loudness(energies)
        voice = gated_loudness(np.concatenate(self._heard[speaker]))
        if not (math.isfinite(own) and math.isfinite(voice)):
            return 0.0
        gain = self._target - voice
        if len(energies) * HOP_S < MEANINGFUL_S:
            return gain
        return gain - min(max((own - voice) * OWN_PART, -OWN_LIMIT_DB), OWN_LIMIT_DB)

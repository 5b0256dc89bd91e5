"""Measures what a listener's player makes of a file, in one streaming decode."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from podloom.audio.formats import av_errors, check_formats
from podloom.audio.gating import integrated_lufs, range_lu
from podloom.audio.loudness import Energies, HopPowers, Hops, LoudnessMeter
from podloom.audio.peaks import TruePeakMeter
from podloom.audio.samples import Samples
from podloom.domain import Loudness, Measurement
from podloom.errors import AudioError

BLOCK_S = 5.0
HOP_S = 0.1
SILENCE_DBFS, SILENCE_S = -50.0, 1.5
CLIPPED = 0.9995
DIGITAL_SILENCE_DBFS = -110.0
FLOOR_PART = 0.02
"""Of the time: how quiet the quietest is."""


class Meter:
    """Measures what it is given, block after block."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate = rate
        self._channels = [_ChannelMeter(rate) for _ in range(channels)]
        self._frames, self._clipped = 0, 0

    def add(self, block: Samples) -> None:
        """Go on with a block of shape (frames, channels)."""
        for number, channel in enumerate(self._channels):
            channel.add(block[:, number])
        if max(channel.loudest for channel in self._channels) >= CLIPPED:
            full = np.abs(block).max(axis=1) >= CLIPPED
            self._clipped += int((full[1:] & full[:-1]).sum())
        self._frames += len(block)

    def close(self) -> Measurement:
        """Of all that was given."""
        for channel in self._channels:
            channel.close()
        level = 10 * np.log10(np.mean([channel.powers for channel in self._channels], axis=0) + 1e-12)
        total = sum(channel.total for channel in self._channels)
        return Measurement(
            duration_s=self._frames / self._rate,
            frames=self._frames,
            sample_rate=self._rate,
            channels=len(self._channels),
            loudness=self._loudness(),
            clipped_samples=self._clipped,
            dc=total / max(1, self._frames * len(self._channels)),
            long_silences=tuple(_silences(level < SILENCE_DBFS)),
            noise_floor_dbfs=_noise_floor(level),
        )

    def _loudness(self) -> Loudness:
        energies = np.sum([channel.loudness.energies() for channel in self._channels], axis=0)
        heard = 2 * energies if len(self._channels) == 1 else energies  # both loudspeakers play a mono file
        peak = max(channel.peaks.highest for channel in self._channels)
        return Loudness(
            integrated_lufs=round(max(-99.0, integrated_lufs(heard)), 2),
            range_lu=round(range_lu(heard), 2),
            true_peak_dbtp=round(20 * math.log10(max(peak, 1e-5)), 2),
        )


class _ChannelMeter:
    """Measures one channel, in pieces of 100 ms."""

    def __init__(self, rate: int) -> None:
        self._hops = Hops(rate)
        self.loudness, self.peaks = LoudnessMeter(rate), TruePeakMeter()
        self._powers = HopPowers()
        self.total = 0.0
        """Of all samples."""
        self.loudest = 0.0
        """Of the samples in the last block and those that were left of the one before."""

    def add(self, samples: Samples) -> None:
        """Go on with the stream."""
        hops = self._hops.add(samples)
        self.loudest = max(self.peaks.add(hops.ravel()), float(np.abs(self._hops.rest).max(initial=0.0)))
        self.loudness.add_hops(hops)
        self._count(hops)

    def close(self) -> None:
        """No more samples come."""
        rest = self._hops.close()
        self.peaks.add(rest.ravel())
        self.peaks.close()
        self._count(rest)

    @property
    def powers(self) -> Energies:
        """Mean squares per 100 ms, the last one of what there is of it."""
        return self._powers.values()

    def _count(self, hops: NDArray[np.float32]) -> None:
        self._powers.add(hops)
        self.total += float(hops.sum(axis=1).sum(dtype=np.float64))


def measure(path: Path) -> Measurement:
    """Decode and measure; mono counts as heard, from two loudspeakers.

    Raises:
        AudioError: The file cannot be decoded.
        MissingDependencyError: It is M4A and PyAV is not installed.
    """
    try:
        rate, channels, blocks = _open(path)
        meter = Meter(rate, channels)
        for block in blocks:
            meter.add(block)
        return meter.close()
    except (soundfile.LibsndfileError, OSError, IndexError, *av_errors()) as error:
        raise AudioError(f"cannot decode {path.name!r}: {error}; make the episode again") from error


def _open(path: Path) -> tuple[int, int, Iterator[Samples]]:
    """Sample rate, channels and blocks of shape (frames, channels)."""
    if path.suffix == ".m4a":
        check_formats(("m4a",))
        from podloom.audio import pyav  # noqa: PLC0415 - optional extra

        return *pyav.layout(path), pyav.decode(path, BLOCK_S)
    with soundfile.SoundFile(path) as file:
        return file.samplerate, file.channels, _soundfile_blocks(path)


def _soundfile_blocks(path: Path) -> Iterator[Samples]:
    with soundfile.SoundFile(path) as file:
        size = int(BLOCK_S * file.samplerate)
        # Not file.blocks: where a file is shorter than its header says, that gives uninitialised memory.
        while len(block := file.read(size, dtype="float32", always_2d=True)):
            yield block


def _silences(quiet: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Iterator[tuple[float, float]]:
    change = np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]]))
    for start, end in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True):
        if (end - start) * HOP_S >= SILENCE_S:
            yield round(float(start) * HOP_S, 1), round(float(end - start) * HOP_S, 1)


def _noise_floor(level: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    heard = level[level > DIGITAL_SILENCE_DBFS]
    return round(float(np.quantile(heard, FLOOR_PART)), 1) if len(heard) else -120.0

"""Measures what a listener's player makes of a file, in one streaming decode."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyebur128
import soundfile

from podloom.audio.formats import av_errors, check_formats
from podloom.audio.loudness import HopMeans
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
        self._rate, self._channels = rate, channels
        self._loudness, self._powers = _loudness_meter(rate, channels), HopMeans(rate)
        self._peaks = [TruePeakMeter() for _ in range(channels)]
        self._frames, self._clipped, self._total = 0, 0, 0.0

    def add(self, block: Samples) -> None:
        """Go on with a block of shape (frames, channels)."""
        self._loudness.add_frames(np.ascontiguousarray(block).reshape(-1), len(block))
        for channel, peaks in enumerate(self._peaks):
            peaks.add(block[:, channel])
        full = np.abs(block).max(axis=1) >= CLIPPED
        self._clipped += int((full[1:] & full[:-1]).sum())
        self._frames += len(block)
        self._total += float(block.sum(dtype=np.float64))
        self._powers.add(np.square(block, dtype=np.float64).mean(axis=1))

    def close(self) -> Measurement:
        """Of all that was given."""
        level = 10 * np.log10(self._powers.close() + 1e-12)
        return Measurement(
            duration_s=self._frames / self._rate,
            frames=self._frames,
            sample_rate=self._rate,
            channels=self._channels,
            loudness=_loudness(self._loudness, max(peaks.close() for peaks in self._peaks)),
            clipped_samples=self._clipped,
            dc=self._total / max(1, self._frames * self._channels),
            long_silences=tuple(_silences(level < SILENCE_DBFS)),
            noise_floor_dbfs=_noise_floor(level),
        )


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


def _loudness_meter(rate: int, channels: int) -> pyebur128.R128State:
    mode = pyebur128.MeasurementMode
    flags = mode.MODE_I | mode.MODE_LRA | mode.MODE_HISTOGRAM
    meter = pyebur128.R128State(channels, rate, flags)
    if channels == 1:
        meter.set_channel(0, pyebur128.ChannelType.DUAL_MONO)
    return meter


def _loudness(meter: pyebur128.R128State, peak: float) -> Loudness:
    return Loudness(
        integrated_lufs=round(max(-99.0, pyebur128.get_loudness_global(meter)), 2),
        range_lu=round(pyebur128.get_loudness_range(meter), 2),
        true_peak_dbtp=round(20 * math.log10(max(peak, 1e-5)), 2),
    )


def _silences(quiet: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Iterator[tuple[float, float]]:
    change = np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]]))
    for start, end in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True):
        if (end - start) * HOP_S >= SILENCE_S:
            yield round(float(start) * HOP_S, 1), round(float(end - start) * HOP_S, 1)


def _noise_floor(level: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    heard = level[level > DIGITAL_SILENCE_DBFS]
    return round(float(np.quantile(heard, FLOOR_PART)), 1) if len(heard) else -120.0

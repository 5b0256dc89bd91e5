"""M4A and Opus through PyAV: encode, add chapters, cover and tags without encoding again, decode."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray
from PIL import Image

from podloom.audio.id3 import image_mime
from podloom.audio.samples import SAMPLE_RATE, Frames, Samples
from podloom.domain import ChapterMark

OPUS_RATE = 48_000
FRONT_COVER = 3
BIT_EXACT = {"fflags": "+bitexact"}
"""Otherwise an Ogg stream gets a random serial number, and the same episode different bytes."""


class AvSink:
    """One mono audio stream in a container; the container follows from the file's suffix."""

    def __init__(self, path: Path, codec: str, rate: int, kbps: int, options: Mapping[str, str]) -> None:
        self._container: Any = av.open(str(path), "w", options=BIT_EXACT)
        self._stream = self._container.add_stream(codec, rate=rate, layout="mono", options=dict(options))
        self._stream.bit_rate = kbps * 1000
        self._written = 0

    @classmethod
    def m4a(cls, path: Path, kbps: int) -> AvSink:
        """AAC; the fast coder costs a third and gives a fifth more bits than asked for."""
        return cls(path, "aac", SAMPLE_RATE, kbps, {"aac_coder": "fast"})

    @classmethod
    def opus(cls, path: Path, kbps: int) -> AvSink:
        """Opus; with free VBR complexity 5 gives nearly twice the bits asked for, so constrained."""
        return cls(path, "libopus", OPUS_RATE, kbps, {"compression_level": "5", "vbr": "constrained"})

    def write(self, frames: Frames) -> None:
        """Encode the next frames."""
        if not len(frames):
            return
        frame = av.AudioFrame.from_ndarray(frames.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, self._written
        frame.time_base = Fraction(1, SAMPLE_RATE)
        self._written += len(frames)
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Flush the encoder and write the container's end."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abort(self) -> None:
        """Close the container as it is."""
        with suppress(av.error.FFmpegError):  # its end may fail as its middle did; the file is thrown away
            self._container.close()


def remux_m4a(
    raw: Path,
    target: Path,
    marks: Sequence[ChapterMark],
    tags: Mapping[str, str],
    language: str,
    cover: bytes,
) -> None:
    """A copy with chapters, cover and tags, the index in front so that players start at once."""
    # Muxer mp4: "ipod" refuses a JPEG as cover.
    options = {"movflags": "+faststart", **BIT_EXACT}
    with av.open(str(raw)) as audio, av.open(str(target), "w", format="mp4", options=options) as out:
        out.metadata.update(tags)
        stream = out.add_stream_from_template(audio.streams.audio[0])
        stream.metadata["language"] = language
        out.set_chapters([_chapter(index, mark) for index, mark in enumerate(marks)])
        if cover:
            _attach(out, cover)
        _copy(audio, out, stream)


def remux_opus(
    raw: Path, target: Path, marks: Sequence[ChapterMark], tags: Mapping[str, str], cover: bytes
) -> None:
    """A copy with everything in Vorbis comments.

    Chapters too: FFmpeg's Ogg muxer writes a start with a fraction over half a second one second late.
    """
    with av.open(str(raw)) as audio, av.open(str(target), "w", format="ogg", options=BIT_EXACT) as out:
        stream = out.add_stream_from_template(audio.streams.audio[0])
        stream.metadata.update(tags)
        if cover:
            stream.metadata["METADATA_BLOCK_PICTURE"] = _picture_block(cover)
        for index, mark in enumerate(marks):
            stream.metadata[f"CHAPTER{index:03d}"] = _clock(mark.start_s)
            stream.metadata[f"CHAPTER{index:03d}NAME"] = mark.title
        _copy(audio, out, stream)


def decode(path: Path, block_s: float) -> Iterator[Samples]:
    """The samples of a file's audio, (frames, channels), in blocks of about `block_s`."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        channels, parts, size = stream.channels, [], 0
        resampler = av.AudioResampler(format="flt", layout=stream.layout.name, rate=stream.rate)
        for frame in container.decode(stream):
            for part in resampler.resample(frame):
                parts.append(part.to_ndarray().reshape(-1, channels))
                size += len(parts[-1])
            if size >= block_s * stream.rate:
                yield np.concatenate(parts)
                parts, size = [], 0
        if parts:
            yield np.concatenate(parts)


def change_tempo(samples: NDArray[np.float32], rate: int, speed: float) -> NDArray[np.float32]:
    """Mono samples spoken `speed` times as fast, at the same pitch; from a quarter to four times."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="mono", time_base=Fraction(1, rate))
    # One filter goes down to a half only.
    filters = [graph.add("atempo", f"{speed**0.5:.6f}") for _ in range(2)]
    sink = graph.add("abuffersink")
    graph.link_nodes(source, *filters, sink).configure()
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "flt", "mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    graph.push(frame)
    graph.push(None)
    parts = []
    with suppress(av.error.EOFError):
        while True:
            parts.append(sink.pull().to_ndarray().ravel())
    return np.concatenate(parts)


def layout(path: Path) -> tuple[int, int]:
    """Sample rate and number of channels of a file's audio."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return int(stream.rate), int(stream.channels)


def _chapter(index: int, mark: ChapterMark) -> Any:
    return {
        "id": index,
        "start": round(mark.start_s * 1000),
        "end": round(mark.end_s * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": mark.title},
    }


def _attach(out: Any, cover: bytes) -> None:
    with av.open(io.BytesIO(cover)) as image:
        picture = out.add_stream_from_template(image.streams.video[0])
        picture.disposition = Disposition.attached_pic
        for packet in image.demux(image.streams.video[0]):
            if packet.size:
                packet.stream = picture
                out.mux(packet)


def _copy(audio: Any, out: Any, stream: Any) -> None:
    for packet in audio.demux(audio.streams.audio[0]):
        if packet.dts is not None:  # the flushing packet at the end has none
            packet.stream = stream
            out.mux(packet)


def _picture_block(cover: bytes) -> str:
    """FLAC picture block, base64: type, mime, empty description, width, height, depth, colours, data."""
    mime = image_mime(cover).encode()
    with Image.open(io.BytesIO(cover)) as image:
        width, height = image.size
    head = struct.pack(">2I", FRONT_COVER, len(mime)) + mime + struct.pack(">5I", 0, width, height, 24, 0)
    return base64.b64encode(head + struct.pack(">I", len(cover)) + cover).decode()


def _clock(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"

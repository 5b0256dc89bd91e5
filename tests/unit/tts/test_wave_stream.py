import io
import struct

import numpy as np
import pytest
import soundfile

from podloom.errors import SpeechError
from podloom.tts.engine import Audio
from podloom.tts.wave_stream import SHORTEST_S, SoundStream

RATE = 16_000
SAMPLES = (8000 * np.sin(np.arange(2 * RATE) / 20)).astype("<i2")


def wav(subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, SAMPLES / 2**15, RATE, subtype=subtype, format=kind)
    return buffer.getvalue()


def heard(body: bytes, content_type: str, size: int) -> list[Audio]:
    stream = SoundStream(content_type)
    parts = [stream.read(body[at : at + size]) for at in range(0, len(body), size)]
    return [part for part in [*parts, stream.end()] if part is not None]


@pytest.mark.parametrize("size", [1, 43, 1001, 4096, 10**6])
@pytest.mark.parametrize(
    ("body", "kind", "rate"),
    [
        pytest.param(SAMPLES.tobytes(), "audio/pcm", 24_000, id="raw"),
        pytest.param(SAMPLES.tobytes(), "application/octet-stream", 24_000, id="raw of an unknown name"),
        pytest.param(wav(), "audio/wav", RATE, id="wav although pcm was asked for"),
        pytest.param(wav("FLOAT"), "audio/wav", RATE, id="wav of floats"),
        pytest.param(wav("PCM_16", "FLAC"), "audio/flac", RATE, id="compressed"),
    ],
)
def test_parts_make_up_the_sound_however_it_is_cut(body, kind, rate, size):
    parts = heard(body, kind, size)
    assert {part.sample_rate for part in parts} == {rate}
    assert all(part.samples.dtype == np.float32 for part in parts)
    np.testing.assert_allclose(np.concatenate([part.samples for part in parts]), SAMPLES / 2**15, atol=1e-4)


def test_parts_come_early_and_are_not_tiny():
    parts = heard(SAMPLES.tobytes(), "audio/pcm", 100)
    assert len(parts) > 5
    assert all(part.duration_s >= SHORTEST_S for part in parts[:-1])


def test_chunks_before_the_sound_are_left_out():
    body = wav()
    at = body.index(b"data")
    padded = body[:at] + b"LIST" + struct.pack("<I", 4) + b"abcd" + body[at:]
    assert sum(len(part.samples) for part in heard(padded, "audio/wav", 50)) == len(SAMPLES)


def test_a_web_page_is_no_sound():
    with pytest.raises(SpeechError, match="text/html"):
        heard(b"<html>" * 1000, "text/html; charset=utf-8", 100)


def test_nothing_is_nothing():
    assert heard(b"", "audio/pcm", 1) == []

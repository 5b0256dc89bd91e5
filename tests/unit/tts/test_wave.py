import io
import struct

import numpy as np
import pytest
import soundfile

from podloom.errors import SpeechError
from podloom.tts.wave import CutShortError, read_audio

WAVE = np.array([0.0, 0.5, -0.5, 0.25], dtype=np.float32)


def encode(subtype: str, kind: str = "WAV", channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.repeat(WAVE[:, None], channels, axis=1), 16_000, subtype=subtype, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kind", ["WAV", "WAVEX"])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_wav_of_every_kind(subtype, kind, channels):
    audio = read_audio(encode(subtype, kind, channels))
    assert audio.sample_rate == 16_000
    assert audio.samples.dtype == np.float32
    np.testing.assert_allclose(audio.samples, WAVE, atol=1 / 128)


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0])
def test_data_size_that_cannot_be_right_means_the_rest(size):
    body = bytearray(encode("PCM_16"))
    at = body.index(b"data") + 4
    body[at : at + 4] = struct.pack("<I", size)
    np.testing.assert_allclose(read_audio(bytes(body)).samples, WAVE, atol=1e-4)


def test_sound_that_ends_before_its_announced_size_was_cut_short():
    with pytest.raises(CutShortError, match="announced 8 bytes of sound and sent 4"):
        read_audio(encode("PCM_16")[:-4])


def test_odd_chunk_before_the_sound_is_passed_over():
    body = encode("PCM_16")
    at = body.index(b"data")
    padded = body[:at] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + body[at:]
    np.testing.assert_allclose(read_audio(padded).samples, WAVE, atol=1e-4)


def test_half_a_sample_at_the_end_is_dropped():
    assert len(read_audio(encode("PCM_16")[:-1]).samples) == len(WAVE) - 1


def test_compressed_sound_is_decoded_although_it_was_not_asked_for():
    np.testing.assert_allclose(read_audio(encode("PCM_16", "FLAC")).samples, WAVE, atol=1e-4)


def test_raw_pcm_is_24_khz():
    audio = read_audio(np.array([0, 16384], "<i2").tobytes(), "audio/pcm; rate=24000")
    assert audio.sample_rate == 24_000
    assert audio.samples.tolist() == [0.0, 0.5]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html>not found</html>", "no sound"),
        (encode("PCM_16")[:20], "broken WAV"),
        (encode("PCM_16").replace(b"fmt ", b"fmtx"), "broken WAV"),
        (encode("ULAW"), "format 7"),
        (b"fLaC but no more", "cannot be decoded"),
    ],
)
def test_what_is_no_sound_is_refused(body, says):
    with pytest.raises(SpeechError, match=says):
        read_audio(body, "text/html")

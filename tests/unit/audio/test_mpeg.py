"""Frames of MP3, and the ones that stand in for what a frame borrows from."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from fixtures.mp3_frames import sound
from podloom.audio.mpeg import frame_length, lead_in, split_frames
from podloom.errors import AudioError


@pytest.mark.parametrize("kbps", [64, 96, 192])
def test_after_a_lead_in_sound_is_what_it_is_in_its_own_stream(tmp_path, kbps):
    frames, rest = split_frames(sound(tmp_path, 8, 6, kbps))
    assert rest == b""
    whole, _ = decoded(tmp_path, b"".join(frames))
    borrowing = [n for n in range(60, 200) if frames[n][4]]  # main data begin before the frame
    assert borrowing
    for cut in borrowing[:: len(borrowing) // 5]:
        silent = lead_in(frames[cut - 6 : cut], frames[cut])
        assert silent
        part, _ = decoded(tmp_path, b"".join(silent + frames[cut:]))
        # The first frame fades in: half of it overlaps with the one before, which is silent here.
        heard, wanted = part[1152 * (len(silent) + 1) :], whole[1152 * (cut + 1) :]
        assert np.abs(heard - wanted).max() < 1e-4


def decoded(tmp_path, stream):
    path = tmp_path / "part.mp3"
    path.write_bytes(stream)
    return soundfile.read(path)


def test_a_frame_that_borrows_nothing_needs_no_lead_in(tmp_path):
    frames, _ = split_frames(sound(tmp_path, 8, 2))
    assert lead_in([], frames[0]) == []


@pytest.mark.parametrize("header", ["00000000", "fff3c0c0", "fffaf0c0", "fffb00c0", "fffbf0c0", "fffb9cc0"])
def test_other_bytes_are_refused(header):
    with pytest.raises(AudioError, match=header):
        frame_length(bytes.fromhex(header))

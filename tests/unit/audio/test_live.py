"""Live listening: the segments and the growing file are the encoder's own frames, each heard once."""

from __future__ import annotations

import av
import numpy as np
import pytest

from fixtures.mp3_frames import sound
from podloom.audio.assembly import Assembly
from podloom.audio.live import ENDING, SEGMENT_FRAMES, LiveStream
from podloom.audio.mpeg import lead_in, split_frames
from podloom.audio.samples import SAMPLE_RATE
from podloom.settings import AudioSettings

TAG_BYTES = 10 + 10 + 45 + 8


class Listener:
    """A stream in a folder, and what a player finds there."""

    def __init__(self, folder):
        self.playable = 0
        self.troubles: list[str] = []
        self.stream = LiveStream(folder, on_playable=self._count, on_trouble=self.troubles.append)
        self.folder = folder

    def _count(self):
        assert (self.folder / "stream.m3u8").is_file()
        self.playable += 1

    @property
    def playlist(self):
        return (self.folder / "stream.m3u8").read_text().splitlines()

    @property
    def segments(self):
        return [(self.folder / line).read_bytes() for line in self.playlist if not line.startswith("#")]

    @property
    def heard(self):
        """The frames of all segments."""
        return b"".join(segment[TAG_BYTES:] for segment in self.segments)

    @property
    def growing(self):
        return (self.folder / "listen.mp3").read_bytes()


@pytest.fixture
def listener(tmp_path):
    found = Listener(tmp_path / "_live" / "run")
    yield found
    found.stream.end()


def timestamps(segments):
    assert all(
        segment.startswith(b"ID3\x04\0\0\0\0\0\x3fPRIV\0\0\0\x35\0\0com.apple.") for segment in segments
    )
    return [int.from_bytes(segment[TAG_BYTES - 8 : TAG_BYTES]) for segment in segments]


def lengths(playlist):
    return [float(line[8:-1]) for line in playlist if line.startswith("#EXTINF:")]


# --- the whole way, from the mixer -------------------------------------------------------------------


@pytest.fixture
def mixing(tmp_path, listener, speech, line):
    """A mix with so many lines that is listened to."""

    def begun(lines):
        assembly = Assembly(
            tmp_path,
            ("mp3",),
            AudioSettings(),
            music=False,
            intro=None,
            outro=None,
            tap=listener.stream.write,
        )
        assembly.open_chapter("One")
        for number in range(lines):
            assembly.add(line(number), speech(number), 24_000)
        return assembly

    return begun


def test_what_is_heard_is_the_file_that_is_published(listener, mixing):
    assembly = mixing(18)
    mix = assembly.close()
    listener.stream.end()
    raw = assembly.raw_files["mp3"].read_bytes()
    assert listener.heard == listener.growing == raw
    assert listener.playable == 1
    assert sum(lengths(listener.playlist)) == pytest.approx(mix.duration_s, abs=0.08)


def test_sound_is_there_before_the_mix_is_whole(listener, mixing):
    assembly = mixing(16)
    for sink in assembly._sinks:  # let the encoder's thread catch up
        sink._executor.submit(int).result()
    assert listener.playable == 1
    assert ENDING.strip() not in listener.playlist
    assert sum(lengths(listener.playlist)) > 50
    assembly.abort()
    listener.stream.end()
    assert listener.playlist[-1] == ENDING.strip()
    assert listener.heard == listener.growing


# --- the playlist ------------------------------------------------------------------------------------


def test_playlist_says_what_players_need(tmp_path, listener):
    stream = sound(tmp_path, 1, 10)
    listener.stream.write(stream)
    assert listener.playlist[:6] == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:4",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-START:TIME-OFFSET=0",
    ]
    assert listener.playlist[6:] == ["#EXTINF:3.99673,", "00000.mp3", "#EXTINF:3.99673,", "00001.mp3"]
    listener.stream.end()
    assert all(round(length) <= 4 for length in lengths(listener.playlist))
    assert listener.playlist[-1] == "#EXT-X-ENDLIST"
    assert listener.heard == stream
    frame_ticks = 1152 / SAMPLE_RATE * 90_000
    assert timestamps(listener.segments) == [
        round(number * SEGMENT_FRAMES * frame_ticks) for number in range(3)
    ]


def test_bytes_come_in_any_pieces(tmp_path, listener):
    stream = sound(tmp_path, 2, 9)
    for start in range(0, len(stream), 1000):
        listener.stream.write(stream[start : start + 1000])
        assert stream.startswith(listener.growing)
    listener.stream.end()
    assert listener.heard == listener.growing == stream
    assert listener.playable == 1


def test_ending_twice_ends_once(tmp_path, listener):
    listener.stream.write(sound(tmp_path, 1, 5))
    listener.stream.end()
    listener.stream.end()
    assert listener.playlist.count("#EXT-X-ENDLIST") == 1


def test_a_stream_that_would_begin_with_the_end_is_none(tmp_path, listener):
    listener.stream.close_mix()
    listener.stream.write(sound(tmp_path, 1, 5))
    listener.stream.end()
    assert not listener.stream.begun
    assert not listener.folder.exists()


def test_a_run_that_is_tried_again_begins_anew(tmp_path, listener):
    listener.stream.write(sound(tmp_path, 1, 13))
    listener.stream.end()
    again, other = Listener(listener.folder), sound(tmp_path, 2, 5)
    again.stream.write(other)
    again.stream.end()
    assert again.heard == other
    assert len(list(again.folder.glob("0*.mp3"))) == 2


def test_a_folder_that_is_gone_ends_the_stream_not_the_run(tmp_path, listener):
    stream = sound(tmp_path, 1, 12)
    listener.stream.write(stream[:70_000])
    for path in listener.folder.iterdir():
        path.unlink()
    listener.folder.rmdir()
    listener.stream.write(stream[70_000:])
    listener.stream.write(stream)
    listener.stream.end()
    assert len(listener.troubles) == 1
    assert str(listener.folder) in listener.troubles[0]


def test_what_is_no_mp3_ends_the_stream_not_the_run(listener):
    listener.stream.write(b"RIFF....WAVE")
    assert "no MPEG-1 layer III frame" in listener.troubles[0]
    assert not listener.folder.exists()


# --- a mix that begins again -------------------------------------------------------------------------


def test_the_same_mix_again_goes_on_where_it_was(tmp_path, listener):
    stream = sound(tmp_path, 3, 14)
    listener.stream.write(stream[:90_000])
    listener.stream.begin_mix()
    for start in range(0, len(stream), 5000):
        listener.stream.write(stream[start : start + 5000])
    listener.stream.end()
    assert listener.heard == listener.growing == stream
    assert "#EXT-X-DISCONTINUITY" not in listener.playlist


def test_another_mix_goes_on_at_the_same_place_after_a_discontinuity(tmp_path, listener):
    first, second = sound(tmp_path, 4, 10), sound(tmp_path, 5, 20)
    listener.stream.write(first[:90_000])
    published = len(split_frames(listener.growing)[0])
    listener.stream.begin_mix()
    for start in range(0, len(second), 5000):
        listener.stream.write(second[start : start + 5000])
    listener.stream.end()
    old, new = split_frames(first)[0][:published], split_frames(second)[0][published:]
    silent = lead_in(split_frames(second)[0][published - 6 : published], new[0])
    assert split_frames(listener.heard)[0] == old + silent + new
    assert listener.heard == listener.growing
    assert listener.playlist.count("#EXT-X-DISCONTINUITY") == 1
    # It stands before the first segment of the new mix, and the clock runs on.
    before = listener.playlist[: listener.playlist.index("#EXT-X-DISCONTINUITY")]
    assert sum(lengths(before)) == pytest.approx(published * 1152 / SAMPLE_RATE, abs=0.001)
    ticks = timestamps(listener.segments)
    assert ticks[len(lengths(before))] == pytest.approx(sum(lengths(before)) * 90_000, abs=2)


def test_a_mix_that_became_shorter_ends_where_it_was(tmp_path, listener):
    stream = sound(tmp_path, 4, 10)
    listener.stream.write(stream[:90_000])
    heard = listener.growing
    listener.stream.begin_mix()
    listener.stream.write(stream[:40_000])
    listener.stream.end()
    assert listener.growing == listener.heard == heard


def test_a_mix_may_begin_again_more_than_once(tmp_path, listener):
    mixes = [sound(tmp_path, seed, 16) for seed in (6, 7, 7)]
    for mix, part in zip(mixes, (0.4, 0.6, 1.0), strict=True):
        listener.stream.begin_mix()
        listener.stream.write(mix[: round(len(mix) * part)])
    listener.stream.end()
    assert listener.playlist.count("#EXT-X-DISCONTINUITY") == 1
    assert split_frames(listener.heard)[0][-50:] == split_frames(mixes[2])[0][-50:]


# --- a player ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mixes", [[9], [9, 10]], ids=["one mix", "begun again"])
def test_ffmpeg_plays_the_list_to_its_end(tmp_path, listener, mixes):
    for seed in mixes[:-1]:
        listener.stream.write(sound(tmp_path, seed, 10))
        listener.stream.begin_mix()
    listener.stream.write(sound(tmp_path, mixes[-1], 20))
    listener.stream.end()
    played = samples_of(listener.folder / "stream.m3u8")
    assert len(played) / SAMPLE_RATE == pytest.approx(sum(lengths(listener.playlist)), abs=0.001)
    assert np.abs(played - samples_of(listener.folder / "listen.mp3")).max() < 1e-4


def samples_of(path):
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])

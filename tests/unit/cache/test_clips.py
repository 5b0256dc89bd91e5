"""The clip store in a folder."""
# ruff: noqa: ASYNC240 - small files

import asyncio
import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from podloom.cache import clips, flac
from podloom.cache.clips import ClipStore
from podloom.cache.recent import Recent
from podloom.errors import AudioError, StorageError

RATE = 24_000


@pytest.fixture
def store(tmp_path, monkeypatch):
    """As in a process that has made none of its clips."""
    monkeypatch.setattr(clips, "_recent", Recent(0))
    return ClipStore(tmp_path / "clips")


def tone(seconds=0.5, hertz=220.0):
    return (0.4 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def make_old(path, days=2):
    os.utime(path, (time.time() - days * 86400,) * 2)


async def test_a_clip_comes_back_as_it_was_to_16_bits(store):
    samples = np.append(tone(), np.array([1.5, -1.5, 0.0], np.float32))
    clip = await store.put(samples, RATE)
    read, rate = await store.read(clip.sha256)
    assert rate == RATE
    assert read.dtype == np.float32
    assert np.abs(read - np.clip(samples, -1, 1)).max() <= 1 / 32768
    assert await store.get(clip.sha256) == clip
    assert clip.duration_s == len(samples) / RATE


async def test_any_player_can_read_the_file(store):
    clip = await store.put(tone(), RATE)
    info = soundfile.info(clip.path)
    assert (info.format, info.subtype, info.samplerate, info.frames) == ("FLAC", "PCM_16", RATE, RATE // 2)


async def test_the_same_samples_are_one_file(store):
    first = await store.put(tone(), RATE)
    written = Path(first.path).stat().st_ino
    second = await store.put(tone(), RATE)
    assert second == first
    assert Path(second.path).stat().st_ino == written


async def test_another_rate_is_another_clip(store):
    assert (await store.put(tone(), RATE)).sha256 != (await store.put(tone(), 22_050)).sha256


async def test_writers_at_the_same_time_leave_one_whole_file(store):
    clips = await asyncio.gather(*(store.put(tone(), RATE) for _ in range(12)))
    assert len(set(clips)) == 1
    assert [path.name for path in store.folder.rglob("*.flac")] == [f"{clips[0].sha256}.flac"]
    assert not list(store.folder.rglob(".*"))


def _without_seal(content):
    return content[: flac.STREAMINFO_END] + content[flac.STREAMINFO_END + flac.SEAL_BYTES :]


def damages():
    def change(content, place):
        changed = bytearray(content)
        changed[place] ^= 1
        return bytes(changed)

    return {
        "empty": lambda content: b"",
        "cut short": lambda content: content[:-1],
        "half": lambda content: content[: len(content) // 2],
        "only its head": lambda content: content[:60],
        "a bit of the audio": lambda content: change(content, -100),
        "a bit of the header": lambda content: change(content, 20),
        "a bit of the seal": lambda content: change(content, flac.STREAMINFO_END + 12),
        "more than there was": lambda content: content + b"x",
        "no clip of ours": _without_seal,
    }


@pytest.mark.parametrize("damage", damages())
async def test_a_damaged_clip_is_missing_and_can_be_made_again(store, damage):
    clip = await store.put(tone(), RATE)
    path = Path(clip.path)
    path.write_bytes(damages()[damage](path.read_bytes()))
    assert await store.get(clip.sha256) is None
    assert not path.exists()
    assert await store.put(tone(), RATE) == clip
    assert await store.get(clip.sha256) == clip


async def test_a_damaged_clip_that_is_read_is_an_error_that_says_what_to_do(store):
    clip = await store.put(tone(), RATE)
    Path(clip.path).write_bytes(Path(clip.path).read_bytes()[:-500])
    with pytest.raises(StorageError, match="damaged; run again"):
        await store.read(clip.sha256)
    assert not Path(clip.path).exists()


async def test_another_clip_under_this_name_is_missing(store):
    clip, other = await store.put(tone(), RATE), await store.put(tone(hertz=330), RATE)
    Path(clip.path).write_bytes(Path(other.path).read_bytes())
    assert await store.get(clip.sha256) is None
    Path(clip.path).write_bytes(Path(other.path).read_bytes())
    with pytest.raises(StorageError):
        await store.read(clip.sha256)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(0, np.float32), "not empty"),
        (np.zeros((10, 2), np.float32), "mono"),
        (np.array([0.0, np.nan], np.float32), "not numbers"),
    ],
)
async def test_what_is_no_audio_is_refused(store, samples, reason):
    with pytest.raises(AudioError, match=reason):
        await store.put(samples, RATE)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
async def test_only_digests_are_names(store, name):
    with pytest.raises(StorageError, match="not the name of a clip"):
        await store.get(name)


async def test_a_clip_that_never_was(store):
    assert await store.get("a" * 64) is None
    with pytest.raises(StorageError, match="missing or damaged"):
        await store.read("a" * 64)


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    store = ClipStore(tmp_path / "file" / "clips")
    with pytest.raises(StorageError, match=r"cannot be used: Not a directory; .* PODLOOM_HOME"):
        await store.put(tone(), RATE)


async def test_cleaning_keeps_what_is_wanted_used_or_young(store):
    clips = {
        name: await store.put(tone(hertz=hertz), RATE)
        for name, hertz in {"kept": 200, "used": 300, "young": 400, "old": 500}.items()
    }
    left = Path(clips["old"].path).with_name(".tmpleft")
    left.touch()
    for path in [left, *(Path(clips[name].path) for name in ("kept", "used", "old"))]:
        make_old(path)
    await store.get(clips["used"].sha256)
    assert await store.clean({clips["kept"].sha256}) == 2
    assert {name for name, clip in clips.items() if Path(clip.path).exists()} == {"kept", "used", "young"}
    assert not left.exists()


async def test_a_clip_that_is_put_again_is_young_again(store):
    clip = await store.put(tone(), RATE)
    make_old(clip.path)
    await store.put(tone(), RATE)
    assert await store.clean(set()) == 0


async def test_cleaning_where_nothing_is(store):
    assert await store.clean(set()) == 0


async def test_a_clip_that_another_run_puts_there_meanwhile_stays(store, monkeypatch):
    encoded, look = flac.encode(tone(), RATE), clips._bytes_of

    def look_too_early(path):
        content = look(path)
        monkeypatch.setattr(clips, "_bytes_of", look)
        store._keep(encoded)
        return content

    monkeypatch.setattr(clips, "_bytes_of", look_too_early)
    assert store._get(encoded.sha256) is None
    assert store._path(encoded.sha256).is_file()

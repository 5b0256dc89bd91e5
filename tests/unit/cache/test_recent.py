"""Clips that the mixer need not decode again."""

import numpy as np

from podloom.cache import clips, flac
from podloom.cache.clips import ClipStore
from podloom.cache.recent import Recent


def pcm(value: int, frames: int = 100):
    return np.full(frames, value, np.int16)


def test_a_clip_is_taken_once():
    recent = Recent()
    recent.put("a", pcm(1), 24_000)
    taken = recent.take("a")
    assert taken is not None
    assert taken[0].tolist() == pcm(1).tolist()
    assert taken[1] == 24_000
    assert recent.take("a") is None


def test_the_oldest_goes_when_there_is_no_room():
    recent = Recent(limit_bytes=500)
    for name in "abca":
        recent.put(name, pcm(1), 24_000)
    assert [name for name in "abc" if recent.take(name)] == ["a", "c"]
    recent.put("large", pcm(1, 1000), 24_000)
    assert recent.take("large") is None
    recent.put("small", pcm(1), 24_000)
    assert recent.take("small") is not None


async def test_a_clip_sounds_the_same_from_memory_and_from_its_file(tmp_path, monkeypatch):
    monkeypatch.setattr(clips, "_recent", Recent())
    store = ClipStore(tmp_path)
    samples = np.linspace(-1.2, 1.2, 4800, dtype=np.float32)
    clip = await store.put(samples, 24_000)
    from_memory = await store.read(clip.sha256)
    from_file = await store.read(clip.sha256)
    assert from_memory[1] == from_file[1] == 24_000
    np.testing.assert_array_equal(from_memory[0], from_file[0])
    assert from_memory[0].dtype == from_file[0].dtype == flac.as_samples(pcm(1)).dtype

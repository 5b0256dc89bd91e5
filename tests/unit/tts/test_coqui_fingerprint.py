"""What a Coqui model is known by in the cache, and the vocoder that belongs to some."""

from pathlib import Path

import pytest

from fixtures.coqui_folders import GLOW, MELGAN, XTTS, put, put_mms, speech
from podloom.errors import MissingDependencyError
from podloom.tts.coqui_models import CoquiModel, find_model


@pytest.fixture
def glow(tts_home) -> CoquiModel:
    """A model of two stages, with its vocoder."""
    put(tts_home / "tts" / MELGAN.replace("/", "--"))
    put(tts_home / "tts" / GLOW.replace("/", "--"))
    return find_model(speech(GLOW))


def model(folder: Path, **config: object) -> CoquiModel:
    return find_model(speech(put(folder, config, "model.pth") / "model.pth"))


def test_it_follows_what_is_heard_and_not_the_place(tmp_path):
    one = model(tmp_path / "a", stats_path=str(tmp_path / "a" / "stats.npy"), audio={"sample_rate": 22050})
    same = model(tmp_path / "b", audio={"sample_rate": 22050}, stats_path="/home/me/stats.npy")
    assert one.fingerprint == same.fingerprint
    for other in (
        model(tmp_path / "c", stats_path="stats.npy", audio={"sample_rate": 16000}),
        model(tmp_path / "d", stats_path="other.npy", audio={"sample_rate": 22050}),
    ):
        assert other.fingerprint != one.fingerprint
    (tmp_path / "b" / "speaker_ids.json").write_text('{"p1": 3}')
    assert same.fingerprint != one.fingerprint
    one_more = model(tmp_path / "a", stats_path="stats.npy", audio={"sample_rate": 22050})
    assert one_more.fingerprint == one.fingerprint
    one.path.write_bytes(b"other weights")
    assert one_more.fingerprint != same.fingerprint


def test_it_follows_the_vocabulary_of_mms(tmp_path):
    folder = put_mms(tmp_path / "eng")
    before = find_model(speech(folder)).fingerprint
    (folder / "vocab.txt").write_text("a\nb\n|\n")
    assert find_model(speech(folder)).fingerprint != before


def test_a_model_of_two_stages_is_known_by_both_and_has_both_licences(glow, tts_home):
    assert glow.licence == "MPL, its vocoder apache 2.0"
    glow.check(accept_licence=False)
    before = glow.fingerprint
    (weights,) = (tts_home / "tts" / MELGAN.replace("/", "--")).glob("*.pth")
    weights.write_bytes(b"another vocoder")
    assert glow.fingerprint != before
    weights.unlink()
    with pytest.raises(MissingDependencyError, match=f"needs the vocoder '{MELGAN}'"):
        glow.check(accept_licence=False)


def test_of_several_snapshots_the_one_is_taken_that_is_told(tmp_path, tts_home):
    hub = tmp_path / "hf" / "hub" / "models--tts-hub--XTTS-v2"
    for commit in ("aaa", "bbb"):
        put(hub / "snapshots" / commit, weights="model.pth")
    assert find_model(speech(XTTS)).path == hub / "snapshots" / "aaa"
    (hub / "refs").mkdir()
    (hub / "refs" / "main").write_text("bbb\n")
    assert find_model(speech(XTTS)).path == hub / "snapshots" / "bbb"
    (hub / "refs" / "main").write_text("ccc")
    assert find_model(speech(XTTS)).path == hub / "snapshots" / "aaa"

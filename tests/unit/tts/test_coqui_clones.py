import pytest

from podloom.errors import SettingsError
from podloom.tts.coqui_clones import digest, find_clones


@pytest.fixture
def folder(tmp_path):
    for name in ("bo.wav", "anna.FLAC", "notes.txt"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_every_recording_is_a_voice(folder):
    assert [path.name for path in find_clones(str(folder), can_clone=True)] == ["anna.FLAC", "bo.wav"]


def test_without_the_setting_there_are_none():
    assert find_clones("", can_clone=False) == []
    assert digest([]) == ""


def test_digest_depends_on_names_and_contents(folder):
    clones = find_clones(str(folder), can_clone=True)
    before = digest(clones)
    assert digest(clones[:1]) != before
    clones[0].write_bytes(b"another voice")
    assert digest(clones) != before


@pytest.mark.parametrize(
    ("file", "can_clone", "says"), [("x.txt", True, "no sound"), ("x.wav", False, "XTTS")]
)
def test_what_cannot_be_cloned_is_refused(tmp_path, file, can_clone, says):
    (tmp_path / file).touch()
    with pytest.raises(SettingsError, match=says):
        find_clones(str(tmp_path), can_clone=can_clone)

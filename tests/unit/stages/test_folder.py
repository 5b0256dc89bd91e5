"""Where a run writes, and how the episode gets to its place."""

import json

import pytest

from podloom.errors import OutputError
from podloom.stages.folder import PARTIAL, check_place, check_room, explained, open_partial, swap_in

ID = "8d7c4c9e"


def episode(folder, *names, title="Trees"):
    folder.mkdir(parents=True)
    manifest = {"id": ID, "title": title, "podcast": "Podloom"}
    (folder / "episode.json").write_text(json.dumps(manifest), "utf-8")
    for name in names:
        (folder / name).write_text(name, "utf-8")
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_older_episode_is_replaced_and_never_mixed_with(tmp_path):
    final = episode(tmp_path / "trees", "old.mp3", "both.txt")
    partial = episode(open_partial(tmp_path, "run") / "x", "new.mp3", "both.txt")
    swap_in(partial, final, ID)
    assert names(final) == ["both.txt", "episode.json", "new.mp3"]
    assert names(tmp_path) == [partial.parent.name, "trees"]


def test_an_episode_that_cannot_be_put_there_leaves_the_older_one(tmp_path):
    final = episode(tmp_path / "trees", "old.mp3")
    with pytest.raises(OutputError, match=r"trees.*--out"):
        swap_in(tmp_path / "gone", final, ID)
    assert names(final) == ["episode.json", "old.mp3"]
    assert names(tmp_path) == ["trees"]


def test_a_partial_folder_is_empty_and_one_attempts_own(tmp_path):
    first = open_partial(tmp_path / "out", "a")
    (first / "left.wav").touch()
    again = open_partial(tmp_path / "out", "a")
    assert names(again) == []
    assert names(first) == ["left.wav"]
    assert all(folder.name.startswith(".a.") for folder in (first, again))
    assert all(folder.name.endswith(PARTIAL) for folder in (first, again))


def test_only_an_episode_or_nothing_may_be_replaced(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").touch()
    for free in ("nothing", "empty", episode(tmp_path / "trees").name):
        check_place(tmp_path / free, ID)
    for taken in ("file", "mine"):
        with pytest.raises(OutputError, match=f"{taken}' is no episode"):
            check_place(tmp_path / taken, ID)


def test_another_episode_is_not_replaced(tmp_path):
    final = episode(tmp_path / "c-news", title="C++ news")
    check_place(final, ID, "c++ NEWS")
    check_place(final, ID)  # a title that the writer chose
    for other in (("another", "C++ news"), (ID, "C# news")):
        with pytest.raises(OutputError, match=r"'C\+\+ news' of 'Podloom' and is not replaced.*--title"):
            check_place(final, *other)


def test_a_folder_with_room_is_made_and_left_empty(tmp_path):
    check_room(tmp_path / "a" / "b", 1)
    assert names(tmp_path / "a" / "b") == []


def test_what_the_system_says_becomes_a_sentence(tmp_path):
    with pytest.raises(OutputError, match=r"out.*Is a directory.*--out"), explained(tmp_path / "out"):
        tmp_path.write_text("x")

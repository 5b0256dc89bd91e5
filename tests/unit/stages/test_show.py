"""What a show makes its next episode from: what is new, once, and never an old thing again."""

import asyncio
import hashlib
import json
import os
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from fixtures.trees import TREES
from podloom.domain import slug
from podloom.errors import RequestError, SourceError
from podloom.stages import show as watching
from podloom.stages.show import Show, new_links, next_episode, turn, used_by

QUICK = ("--engine", "tone", "--writer", "offline")
DAY = date(2026, 3, 14)
PUBLISHED = datetime(2026, 3, 13, 6, tzinfo=UTC)
TEXT = "Street trees cool a city. Their leaves shade walls and pavements, and water takes heat from the air."


@pytest.fixture
def watched(tmp_path):
    folder = tmp_path / "watched"
    folder.mkdir()
    return folder


@pytest.fixture
def show(tmp_path, watched):
    return Show(podcast="My show", folders=(str(watched),), out=str(tmp_path / "out"))


def note(watched, name, text, at):
    path = watched / name
    path.write_text(text, "utf-8")
    os.utime(path, (at, at))
    return str(path)


def publish(show, sources, texts=(), podcast="My show", title="Old"):
    """An episode that is finished."""
    folder = Path(show.out) / slug(title)
    folder.mkdir(parents=True)
    manifest = {
        "podcast": podcast,
        "published_at": PUBLISHED.isoformat(),
        "request": {"sources": sources},
        "sources": [{"sha256": hashlib.sha256(text.encode()).hexdigest()} for text in texts],
    }
    (folder / "episode.json").write_text(json.dumps(manifest), "utf-8")


async def test_the_newest_files_come_first_and_not_too_many(show, watched):
    paths = [note(watched, f"{n}.txt", f"{TEXT} Note {n}.", at=1000 + n) for n in range(4)]
    (watched / "picture.jpg").touch()
    request = await next_episode(show.model_copy(update={"most_sources": 2}), DAY)
    assert request.sources == (paths[3], paths[2])
    assert (request.title, request.podcast) == ("My show, 2026-03-14", "My show")


async def test_an_episode_has_its_shows_pronunciations(show, watched):
    note(watched, "new.txt", TEXT, at=1000)
    request = await next_episode(show.model_copy(update={"pronunciations": ("git=jit",)}), DAY)
    assert request.pronunciations == ("git=jit",)


async def test_what_an_episode_was_made_from_is_not_new(show, watched):
    old = note(watched, "old.txt", TEXT, at=PUBLISHED.timestamp() - 10)
    publish(show, [old], [TEXT])
    assert await next_episode(show, DAY) is None
    new = note(watched, "new.txt", TEXT + " And more.", at=PUBLISHED.timestamp() - 5)
    assert (await next_episode(show, DAY)).sources == (new,)


async def test_manifests_are_read_beside_the_loop(show, watched, monkeypatch):
    readers = []

    def read(*args):
        readers.append(threading.current_thread())
        return used_by(*args)

    monkeypatch.setattr(watching, "used_by", read)
    note(watched, "a.txt", TEXT, at=1000)
    await next_episode(show, DAY)
    assert threading.current_thread() not in readers


def test_a_manifest_is_read_again_only_when_it_has_changed(show, monkeypatch):
    publish(show, ["a.txt"])
    opened, read = [], Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path) or read(path))
    for _ in range(3):
        assert set(used_by(Path(show.out), "My show").sources) == {"a.txt"}
    assert len(opened) == 1
    manifest = next(Path(show.out).glob("*/episode.json"))
    manifest.write_text(manifest.read_text("utf-8").replace("a.txt", "second.txt"), "utf-8")
    assert set(used_by(Path(show.out), "My show").sources) == {"second.txt"}


def test_what_a_killed_run_had_not_swapped_in_is_not_used(show):
    publish(show, ["a.txt"])
    episode = next(Path(show.out).iterdir())
    episode.rename(episode.with_name(".r1.12345678.partial"))
    assert used_by(Path(show.out), "My show").sources == {}


def test_a_manifest_that_cannot_be_used_is_named(show):
    publish(show, ["a.txt"])
    next(Path(show.out).glob("*/episode.json")).write_text("{}", "utf-8")
    with pytest.raises(RequestError, match=r"episode\.json"):
        used_by(Path(show.out), "My show")


async def test_an_episode_that_was_voiced_again_is_not_made_once_more(show, watched, podloom):
    path = note(watched, "note.md", TREES, at=PUBLISHED.timestamp())
    request = await next_episode(show, DAY)
    fields = ("--podcast", "My show", "--title", request.title, "--out", show.out)
    made = await asyncio.to_thread(
        podloom, "make", path, *fields, *QUICK, "--no-music", "--minutes", "0.5", "--json"
    )
    folder = Path(made.json["folder"])
    first = json.loads((folder / "episode.json").read_bytes())
    for _ in range(2):  # also of one that was voiced again itself
        await asyncio.to_thread(podloom, "make", "--from-script", folder / "script.json", "--json")
        manifest = json.loads((folder / "episode.json").read_bytes())
        assert manifest["request"]["sources"] == []
        assert manifest["sources"] == first["sources"] != []
        assert manifest["earlier_sources"] == {path: first["published_at"]}
        assert "note" in (folder / "description.md").read_text("utf-8").lower()
    assert await next_episode(show, DAY) is None
    changed = datetime.fromisoformat(first["published_at"]).timestamp() + 1
    note(watched, "note.md", TREES + " And more.", at=changed)  # before it was voiced again, or after
    assert (await next_episode(show, DAY)).sources == (path,)


async def test_a_file_that_changed_since_is_new_if_its_text_is(show, watched):
    path = note(watched, "page.txt", TEXT, at=PUBLISHED.timestamp() + 10)
    publish(show, [path], [TEXT])
    assert await next_episode(show, DAY) is None  # touched, not changed
    note(watched, "page.txt", TEXT + " And more.", at=PUBLISHED.timestamp() + 10)
    assert (await next_episode(show, DAY)).sources == (path,)


async def test_another_podcast_in_the_same_folder_does_not_count(show, watched):
    path = note(watched, "a.txt", TEXT, at=1000)
    publish(show, [path], [TEXT], podcast="Other show")
    assert (await next_episode(show, DAY)).sources == (path,)


async def test_a_second_episode_of_a_day_does_not_replace_the_first(show, watched):
    note(watched, "a.txt", TEXT, at=1000)
    publish(show, [], title="My show, 2026-03-14")
    assert (await next_episode(show, DAY)).title == "My show, 2026-03-14 (2)"


async def test_what_cannot_be_read_is_left_out_unless_nothing_else_is_new(show, watched):
    note(watched, "empty.txt", "", at=2000)
    with pytest.raises(SourceError, match=r"empty\.txt"):
        await next_episode(show, DAY)
    good = note(watched, "good.txt", TEXT, at=1000)
    assert (await next_episode(show, DAY)).sources == (good,)


async def test_a_show_that_watches_nothing_or_a_missing_folder_is_refused(show, tmp_path):
    with pytest.raises(RequestError, match="watches nothing"):
        await next_episode(show.model_copy(update={"folders": ()}), DAY)
    with pytest.raises(RequestError, match="gone"):
        await next_episode(show.model_copy(update={"folders": (str(tmp_path / "gone"),)}), DAY)


@pytest.mark.parametrize(
    ("used", "expected"), [([], ["c", "b", "a"]), (["b"], ["c"]), (["c"], []), (["x"], ["c", "b", "a"])]
)
def test_a_feed_is_new_down_to_the_newest_entry_that_was_used(show, used, expected):
    publish(show, used)
    assert new_links(["c", "b", "a"], used_by(Path(show.out), "My show")) == expected


def test_one_run_at_a_time_has_its_turn(show):
    with turn(show) as first, turn(show) as second:
        assert (first, second) == (True, False)
    with turn(show) as again:
        assert again


def test_the_date_is_the_shows_own():
    """Kiritimati is 25 hours before Pago Pago: never the same day."""
    east, west = (Show(podcast="A", timezone=zone) for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"))
    assert east.today() > west.today()


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc", ""])
def test_an_unknown_time_zone_is_named(zone):
    with pytest.raises(ValidationError, match="is no time zone"):
        Show(podcast="A", timezone=zone)

"""The file backend: damage, sharing, sweeping."""
# ruff: noqa: ASYNC110 - small files; there is nothing to wait for but the clock

import asyncio
import hashlib
import os
import sqlite3
import time

import pytest

from podloom.cache.files import FileBackend
from podloom.errors import StorageError

SMALL, LARGE = b"small", b"large" * 20_000


@pytest.fixture
async def backend(tmp_path):
    backend = FileBackend(tmp_path / "cache")
    yield backend
    await backend.close()


def value_file(backend, value):
    digest = hashlib.sha256(value).hexdigest()
    return backend._folder / "values" / digest[:2] / digest


def sql(backend, statement, *values):
    with sqlite3.connect(backend._folder / "index.db") as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("value", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
async def test_a_value_comes_back(backend, value):
    await backend.write("tts", "key", value, 60)
    assert await backend.read("tts", "key") == value
    assert value_file(backend, value).exists() == (value == LARGE)


async def test_large_values_that_are_equal_are_one_file(backend):
    await backend.write("tts", "a", LARGE, 60)
    await backend.write("script", "b", LARGE, 60)
    assert len(list((backend._folder / "values").rglob("*"))) == 2  # the folder and the file


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(LARGE[:-1]),
        lambda path: path.write_bytes(b""),
    ],
    ids=["missing", "cut short", "empty"],
)
async def test_a_damaged_file_is_a_miss_and_is_deleted(backend, damage):
    await backend.write("tts", "key", LARGE, 60)
    damage(value_file(backend, LARGE))
    assert await backend.read("tts", "key") is None
    assert not value_file(backend, LARGE).exists()
    assert (await backend.usage("tts")).entries == 0


async def test_a_damaged_row_is_a_miss_and_is_deleted(backend):
    await backend.write("tts", "key", SMALL, 60)
    sql(backend, "update entries set value = ?", b"smalL")
    assert await backend.read("tts", "key") is None
    assert (await backend.usage("tts")).entries == 0


@pytest.mark.parametrize("content", [b"this is no database" * 400, b""], ids=["no database", "empty"])
async def test_a_damaged_index_is_started_anew(tmp_path, content):
    (tmp_path / "index.db").write_bytes(content)
    backend = FileBackend(tmp_path)
    assert await backend.read("tts", "key") is None
    await backend.write("tts", "key", SMALL, 60)
    assert await backend.read("tts", "key") == SMALL
    await backend.close()


async def test_an_index_that_is_damaged_in_the_middle_of_a_run_is_started_anew(backend):
    for number in range(200):
        await backend.write("tts", f"{number}", b"x" * 3000, 60)
    await backend.expire()  # everything is in the main file now
    path = backend._folder / "index.db"
    backend._index.close()
    backend._index = None
    path.write_bytes(path.read_bytes()[:4096] + os.urandom(path.stat().st_size - 4096))
    await backend.write("tts", "key", SMALL, 60)
    assert await backend.read("tts", "key") == SMALL


async def test_an_index_of_another_schema_is_started_anew(backend):
    await backend.write("tts", "key", SMALL, 60)
    await backend.close()
    sql(backend, "pragma user_version = 99")
    newer = FileBackend(backend._folder)
    assert await newer.read("tts", "key") is None
    await newer.close()
    backend.__init__(backend._folder)


async def test_what_is_too_old_is_gone(backend):
    await backend.write("tts", "old", SMALL, -1)
    await backend.write("tts", "new", SMALL, 60)
    assert await backend.read("tts", "old") is None
    assert await backend.values("tts") == [SMALL]
    assert await backend.expire() == 1


async def test_expiring_deletes_files_that_nothing_refers_to_unless_they_are_young(backend):
    other = LARGE + b"!"
    await backend.write("tts", "a", LARGE, 60)
    await backend.write("tts", "b", other, 60)
    await backend.remove("tts", "b")
    left = value_file(backend, LARGE).with_name(".tmpleft")
    left.touch()
    assert await backend.expire() == 0
    for path in (left, value_file(backend, LARGE), value_file(backend, other)):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert await backend.expire() == 2
    assert await backend.read("tts", "a") == LARGE
    assert not left.exists()


async def test_values_that_are_damaged_are_left_out(backend):
    await backend.write("tts", "a", LARGE, 60)
    await backend.write("tts", "b", SMALL, 60)
    value_file(backend, LARGE).unlink()
    assert await backend.values("tts") == [SMALL]


async def test_a_lease_runs_out(backend):
    assert await backend.take("key", "dead", 0.001)
    while not await backend.take("key", "next", 60):
        await asyncio.sleep(0.001)
    assert not await backend.take("key", "third", 60)
    assert not await backend.extend("key", "dead", 60)
    assert await backend.extend("key", "next", 60)
    await backend.drop("key", "dead")
    assert not await backend.take("key", "third", 60)
    await backend.drop("key", "next")
    assert await backend.take("key", "third", 60)


async def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    backend = FileBackend(tmp_path / "file")
    with pytest.raises(StorageError, match=r"the cache in .*file \(PODLOOM_HOME\) cannot be used"):
        await backend.read("tts", "key")
    await backend.close()


async def test_a_write_that_fails_leaves_nothing_behind(backend, monkeypatch):
    await backend.write("tts", "key", SMALL, 60)

    def no_room(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", no_room)
    with pytest.raises(StorageError, match="No space left"):
        await backend.write("tts", "key", LARGE, 60)
    assert [path for path in (backend._folder / "values").rglob("*") if path.is_file()] == []
    assert await backend.read("tts", "key") == SMALL

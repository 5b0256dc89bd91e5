"""A lease of a process that has died is free at once."""

import multiprocessing
import os

from podloom.cache.files import FileBackend
from podloom.cache.makers import is_gone, new_token


def of_a_dead_process():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        token = pool.apply(new_token)
        pool.close()
        pool.join()
    return token


def test_tokens_tell_who_is_gone():
    dead = of_a_dead_process()
    assert is_gone(dead)
    assert not is_gone(new_token())
    assert not is_gone(f"{os.getpid()}0.{dead.partition('.')[2]}")  # of another name space
    assert not is_gone("a token of another kind")
    assert len({new_token() for _ in range(100)}) == 100


async def test_a_dead_makers_lease_is_taken_and_a_living_ones_is_not(tmp_path):
    backend = FileBackend(tmp_path)
    mine = new_token()
    assert await backend.take("key", of_a_dead_process(), 3600)
    assert await backend.take("key", mine, 3600)
    assert not await backend.take("key", new_token(), 3600)
    await backend.drop("key", mine)
    await backend.close()

"""The block that tests with models rely on reaches the processes that hold the models."""

import socket

import pytest

from fixtures.no_network import Caller
from podloom.tts.workers import WorkerLostError, Workers

pytestmark = pytest.mark.usefixtures("no_network")


def test_a_worker_that_calls_somebody_ends_and_is_told_of(blocked):
    blocked.unlink(missing_ok=True)
    workers = Workers(Caller(), most=1, threads=1)
    with pytest.raises(WorkerLostError):
        workers.start()
    workers.close()
    assert blocked.read_text("utf-8") == "example.org\n"


def test_neither_does_this_process(blocked):
    blocked.unlink(missing_ok=True)
    with pytest.raises(AssertionError, match="tried to look up"):
        Caller()()
    with socket.socket() as sock, pytest.raises(AssertionError, match="tried to connect"):
        sock.connect_ex(("127.0.0.1", 9))
    assert blocked.read_text("utf-8") == "example.org\n('127.0.0.1', 9)\n"

"""A Prefect server of our own that ends while it is needed."""

import asyncio
import signal
import sys
import threading
from contextlib import nullcontext

import pytest

from fixtures.prefect_server import free_port
from podloom import PodloomError
from podloom.flows import local, serving
from podloom.flows.local import LocalServer

HEALTHY = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Answer).serve_forever()
"""
"""Stands for the server: all that is asked of it is its health."""


def test_a_server_that_ends_by_itself_is_missed(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "_COMMAND", (sys.executable, "-c", HEALTHY))
    with LocalServer(tmp_path, free_port()) as server:
        server.check()
        server._process.kill()
        server._process.wait()
        with pytest.raises(PodloomError, match=r"ended by itself \(exit code -9\).*server\.log"):
            server.check()


@pytest.fixture
def working(monkeypatch):
    """A worker without a server; says whether it is at work."""
    state = {"begun": threading.Event(), "ended": threading.Event()}

    async def serve(_):
        state["begun"].set()
        try:
            await asyncio.Event().wait()
        finally:
            state["ended"].set()

    for client in (serving.SyncClientContext, serving.AsyncClientContext):
        monkeypatch.setattr(client, "get_or_create", nullcontext)  # else Prefect starts a server
    monkeypatch.setattr(serving, "LOOK_S", 0.01)
    monkeypatch.setattr(serving._WorkerThread, "_serve", serve)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield state
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_worker_ends_with_its_server_and_says_why(working):
    def check():
        if working["begun"].is_set():
            raise PodloomError("the server has ended")

    with pytest.raises(PodloomError, match="the server has ended"):
        serving.serve(1, print, check=check)
    assert working["ended"].is_set()


def test_what_a_worker_dies_of_is_its_servers_end_if_that_has_ended(working, monkeypatch):
    async def serve(_):
        working["begun"].set()
        raise ConnectionError("refused")

    def check():
        if working["begun"].is_set():
            raise PodloomError("the server has ended")

    monkeypatch.setattr(serving._WorkerThread, "_serve", serve)
    with pytest.raises(PodloomError, match="the server has ended"):
        serving.serve(1, print, check=check)

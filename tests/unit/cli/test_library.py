"""`podloom library`: the shelf without a worker."""

import signal

import httpx

from fixtures.command import spawn
from fixtures.prefect_server import free_port


def test_it_shows_the_output_folder_until_it_is_stopped(tmp_path, monkeypatch):
    port = free_port()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "feed.xml").write_text("<rss/>", "utf-8")
    monkeypatch.setenv("PODLOOM_OUT_ROOT", str(tmp_path))
    monkeypatch.setenv("PODLOOM_LISTENING_PORT", str(port))
    process = spawn("library")
    try:
        assert process.stdout.readline() == f"listen at http://127.0.0.1:{port}\n"
        assert httpx.get(f"http://127.0.0.1:{port}/feed.xml").text == "<rss/>"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


def test_without_a_port_there_is_advice_and_signals_do_what_they_did(podloom, monkeypatch):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    monkeypatch.setenv("PODLOOM_LISTENING_PORT", "0")
    ran = podloom("library")
    assert (ran.code, "PODLOOM_LISTENING_PORT" in ran.err) == (2, True)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before

"""The library beside something else that runs."""

import socket

import httpx
import pytest

from fixtures.output_folder import SOUND, stream
from fixtures.prefect_server import free_port
from podloom.serving.shown import shown_library
from podloom.settings import ListeningSettings, Settings


@pytest.fixture
def out(tmp_path):
    stream(tmp_path / "out" / "_live" / "run-1")
    return tmp_path / "out"


def settings(out, **listening):
    return Settings(out_root=str(out.parent), listening=ListeningSettings(folder="out", **listening))


def test_shown_while_the_block_runs_also_to_listeners_that_stay(out):
    told, port = [], free_port()
    with shown_library(settings(out, port=port), told.append) as url:
        assert told == [f"listen at {url}"] == [f"listen at http://127.0.0.1:{port}"]
        listener = httpx.Client()
        answer = listener.send(listener.build_request("GET", f"{url}/live/run-1.mp3"), stream=True)
        assert answer.headers["transfer-encoding"] == "chunked"
        assert next(answer.iter_raw(len(SOUND))) == SOUND
    answer.close()
    with pytest.raises(httpx.ConnectError):
        listener.get(url)
    listener.close()


def test_a_port_that_is_taken_is_told_and_stops_nobody(out):
    told = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with shown_library(settings(out, port=port), told.append) as url:
            assert url == ""
    assert f"port {port} cannot be used" in told[0]


def test_there_need_not_be_one(out):
    told = []
    with shown_library(settings(out, port=0), told.append) as url:
        assert (url, told) == ("", [])


@pytest.mark.parametrize(
    ("listening", "expected"),
    [
        ({"host": "0.0.0.0"}, "http://127.0.0.1:{port}"),
        ({"url": "https://radio.example"}, "https://radio.example"),
    ],
)
def test_the_address_is_one_that_listeners_can_use(out, listening, expected):
    port = free_port()
    with shown_library(settings(out, port=port, **listening), [].append) as url:
        assert url == expected.format(port=port)

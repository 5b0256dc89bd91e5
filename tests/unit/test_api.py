"""What a script, a notebook or a service calls: loops, threads, orchestration, interruption, progress."""

import asyncio
import signal
import socket
import sqlite3
import sys
import threading
import time

import pytest

from podloom import (
    EpisodeRequest,
    RequestError,
    Settings,
    SettingsError,
    build_request,
    generate_podcast,
    generate_podcast_async,
)
from podloom.rehearsal import Fault, Scenario
from podloom.settings import LLMSettings, SpeechSettings


@pytest.fixture
def without_prefect(monkeypatch):
    """Importing Prefect, or a flow, is an error."""
    for name in ("prefect", "podloom.flows.podcast", "podloom.tasks.context"):
        monkeypatch.setitem(sys.modules, name, None)


def dead_address():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api"


async def test_a_plain_call_works_inside_of_a_running_loop(asked):
    seen = []
    episode = generate_podcast(**asked, on_progress=lambda _: seen.append(asyncio.get_running_loop()))
    assert episode.title == "Trees"
    assert asyncio.get_running_loop() not in seen
    assert len(set(seen)) == 1


async def test_the_awaitable_twin_runs_in_the_callers_loop(asked):
    seen = set()
    episode = await generate_podcast_async(
        **asked, on_progress=lambda _: seen.add(asyncio.get_running_loop())
    )
    assert episode.title == "Trees"
    assert seen == {asyncio.get_running_loop()}


def test_threads_share_one_background_loop(asked):
    titles = ["One", "Two", "Three"]
    made, loops = {}, set()

    def make(title):
        made[title] = generate_podcast(
            **{**asked, "title": title}, on_progress=lambda _: loops.add(asyncio.get_running_loop())
        )

    threads = [threading.Thread(target=make, args=[title]) for title in titles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [made[title].title for title in titles] == titles
    assert len(loops) == 1


@pytest.mark.usefixtures("without_prefect")
@pytest.mark.parametrize("orchestration", [None, "inline"])
def test_without_a_server_there_is_no_flow_run(asked, orchestration):
    assert generate_podcast(**asked, orchestration=orchestration).title == "Trees"


@pytest.mark.usefixtures("without_prefect")
def test_a_server_that_does_not_answer_is_no_server(asked, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", dead_address())
    assert generate_podcast(**asked, orchestration="auto").title == "Trees"


def test_insisting_on_a_server_that_does_not_answer_is_refused(asked, monkeypatch, tmp_path):
    address = dead_address()
    monkeypatch.setenv("PREFECT_API_URL", address)
    with pytest.raises(SettingsError, match=f"PREFECT_API_URL='{address}'"):
        generate_podcast(**asked, orchestration="prefect")
    assert not (tmp_path / "out").exists()


def test_the_setting_decides_where_the_call_does_not(asked, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", dead_address())
    monkeypatch.setenv("PODLOOM_ORCHESTRATION", "prefect")
    with pytest.raises(SettingsError):
        generate_podcast(**asked)
    assert generate_podcast(**asked, orchestration="inline").title == "Trees"


def test_an_interrupted_call_stops_its_run_and_puts_its_files_away(asked, rehearsal, tmp_path):
    server = rehearsal(Scenario(lines=3), faults=[Fault("stall", "speech", times=0)])
    settings = Settings(
        home=tmp_path / "home",
        llm=LLMSettings(base_url=server.base_url, api_key="k"),
        speech=SpeechSettings(base_url=server.base_url, api_key="k"),
    )
    main = threading.main_thread().ident

    def interrupt():
        while server.faults.unused or not server.calls.running("speech"):
            time.sleep(0.01)
        signal.pthread_kill(main, signal.SIGINT)

    watcher = threading.Thread(target=interrupt, daemon=True)
    watcher.start()
    with pytest.raises(KeyboardInterrupt):
        generate_podcast(**asked | {"engine": "openai", "writer": "openai"}, settings=settings)
    watcher.join()
    assert not (tmp_path / "out").exists()
    with sqlite3.connect(tmp_path / "home" / "podloom.db") as database:
        assert database.execute("select state from runs").fetchall() == [("cancelled",)]
    database.close()


@pytest.mark.parametrize("engine", ["tone", "openai"])
def test_progress_only_grows_and_ends_with_done(asked, rehearsal, tmp_path, engine):
    server = rehearsal(Scenario(lines=4))
    settings = Settings(
        home=tmp_path / "home",
        llm=LLMSettings(base_url=server.base_url, api_key="k"),
        speech=SpeechSettings(base_url=server.base_url, api_key="k"),
    )
    seen = []
    writer = "offline" if engine == "tone" else "openai"
    episode = generate_podcast(
        **asked | {"engine": engine, "writer": writer}, settings=settings, on_progress=seen.append
    )
    for name in ("chapters", "chapters_done", "segments", "segments_done", "audio_s", "elapsed_s"):
        values = [getattr(progress, name) for progress in seen]
        assert values == sorted(values), name
    assert all(progress.segments_done <= progress.segments for progress in seen)
    assert all(progress.chapters_done <= progress.chapters for progress in seen)
    last = seen[-1]
    assert (last.stage, last.segments_done, last.segments) == ("done", episode.segments, episode.segments)
    assert last.chapters_done == last.chapters == len(episode.chapters)
    stages = list(dict.fromkeys(progress.stage for progress in seen))
    assert [stage for stage in stages if stage in {"sources", "outline", "script", "publish", "done"}] == [
        *("sources", "outline", "script", "publish", "done")
    ]


def test_a_request_is_made_of_one_text_of_several_or_of_another_request():
    assert build_request("a", title="T") == EpisodeRequest(sources=("a",), title="T")
    assert build_request(["a", "b"]) == EpisodeRequest(sources=("a", "b"))
    assert build_request(EpisodeRequest(sources=("a",), minutes=2), minutes=3).minutes == 3


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"minutes": 0}, "minutes"), ({"colour": "red"}, "colour"), ({"formats": ()}, "formats")],
)
def test_a_value_that_does_not_fit_is_named(fields, named):
    with pytest.raises(RequestError, match=named):
        build_request("a text", **fields)

"""Handles of runs: events, results and stopping, from scripts, loops, threads and web applications."""

import asyncio
import json
import threading

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from fixtures.prefect_stub import look, prefect_stub
from fixtures.records import record
from fixtures.trees import TREES
from podloom import (
    PodloomError,
    Settings,
    StoppedError,
    VoiceError,
    generate_podcast,
    start_podcast,
    start_podcast_async,
    submit_podcast,
)
from podloom.api import runs
from podloom.api.runs import InlineRun, QueuedRun
from podloom.domain.events import (
    ChapterWritten,
    Failed,
    Finished,
    LineVoiced,
    NoteTaken,
    ProgressMade,
    RunBegan,
    StageBegan,
    StageEnded,
)
from podloom.flows import following
from podloom.rehearsal import Fault, Scenario
from podloom.settings import LLMSettings, RunSettings, SpeechSettings
from podloom.tasks.hidden import hidden


@pytest.fixture
def stalled(tmp_path, asked, rehearsal):
    """A run that waits for its first clip, with the server that does not give it."""
    server = rehearsal(Scenario(lines=3), faults=[Fault("stall", "speech", times=0)])
    settings = Settings(
        home=tmp_path / "home",
        llm=LLMSettings(base_url=server.base_url, api_key="k"),
        speech=SpeechSettings(base_url=server.base_url, api_key="k"),
    )
    return start_podcast(**asked | {"engine": "openai", "writer": "openai"}, settings=settings), server


def happened(events):
    return [event for event in events if not isinstance(event, ProgressMade)]


def until_speaking(run):
    """Read the run's events until its lines are being voiced."""
    for event in run.events():
        if isinstance(event, StageBegan) and event.stage == "mix":
            return


def test_a_script_follows_a_run_from_its_beginning_to_its_end(asked):
    run = start_podcast(**asked)
    events = list(run.events())
    episode = run.result()
    assert isinstance(events[0], ProgressMade | RunBegan)
    assert [event.run for event in events if isinstance(event, RunBegan)] == [run.id] == [episode.run_id]
    began = [event.stage for event in events if isinstance(event, StageBegan)]
    ended = [event.stage for event in events if isinstance(event, StageEnded)]
    assert sorted(began) == sorted(ended) == ["chapter 1", "mix", "outline", "publish", "record", "sources"]
    voiced = [event for event in events if isinstance(event, LineVoiced)]
    written = [event for event in events if isinstance(event, ChapterWritten)]
    assert all(event.made_s > 0 for event in voiced if not event.cached)
    assert len(voiced) == sum(event.lines for event in written) == episode.segments
    assert {event.text for event in events if isinstance(event, NoteTaken)} >= {"writer: offline"}
    assert [type(event) for event in events].index(Finished) == len(events) - 1
    assert events[-1].episode == episode
    times = [event.at_s for event in happened(events)[:-1]]
    assert times == sorted(times)


async def test_events_can_be_read_again_and_from_any_loop_or_thread(asked):
    run = await start_podcast_async(**asked)
    here = [event async for event in run.events()]
    assert await run.result_async() == here[-1].episode
    # A notebook's cell has a running loop, too, and may use the plain ones.
    again = list(run.events())
    elsewhere = await asyncio.to_thread(lambda: list(run.events()))
    assert happened(here) == happened(again) == happened(elsewhere)


def test_a_plain_call_tells_the_same(asked):
    told = []
    episode = generate_podcast(**asked, on_event=told.append)
    assert isinstance(told[0], RunBegan)
    assert told[-1].model_copy(update={"at_s": 0.0}) == Finished(episode=episode)


def test_a_run_that_waits_gives_signs_of_life(stalled, monkeypatch):
    monkeypatch.setattr(runs, "BEAT_S", 0.01)
    run, _ = stalled
    until_speaking(run)
    signs = []
    for event in run.events():
        signs = [*signs, event.percent] if isinstance(event, ProgressMade) else []
        if len(signs) == 20:
            break
    assert signs == sorted(signs)
    assert 0 < signs[-1] < 100
    run.cancel()
    with pytest.raises(StoppedError):
        run.result()


def test_a_stopped_run_ends_its_calls_and_leaves_no_files(stalled, tmp_path):
    run, server = stalled
    until_speaking(run)
    while not server.calls.running("speech"):
        pass
    run.cancel()
    with pytest.raises(StoppedError, match="what was made is kept"):
        run.result()
    *_, last = run.events()
    assert (last.error, last.stopped) == ("StoppedError", True)
    assert not (tmp_path / "out").exists()
    run.cancel()  # again, to no effect


async def test_whoever_gives_up_waiting_does_not_stop_the_run(stalled):
    run, _ = stalled
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await run.result_async()
    reading = asyncio.create_task(anext(aiter(run.events())))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert not run._future.done()
    await run.cancel_async()
    with pytest.raises(StoppedError):
        await run.result_async()


def test_a_run_that_is_stopped_before_it_begins_ends_like_any_other(asked):
    held = threading.Event()
    runs.background_loop().call_soon_threadsafe(held.wait)
    run = start_podcast_while_held(asked, held)
    *_, last = run.events()
    assert last.stopped
    with pytest.raises(StoppedError):
        run.result()


def start_podcast_while_held(asked, held):
    from podloom import build_request, load_settings

    run = InlineRun(build_request(**asked), load_settings(), "inline")
    run.cancel()
    held.set()
    return run


def test_a_failure_is_the_last_event_and_the_result(asked):
    run = start_podcast(**asked | {"engine": "wavenet"})
    *_, last = run.events()
    assert (type(last), last.error, last.stopped) == (Failed, "VoiceError", False)
    with pytest.raises(VoiceError, match="wavenet") as failure:
        run.result()
    assert last.message == str(failure.value)


async def test_a_web_application_passes_the_events_on(asked):
    app = FastAPI()

    @app.post("/episodes/{title}")
    async def make(title: str):
        run = await start_podcast_async(**asked | {"title": title})

        async def lines():
            async for event in run.events():
                yield event.model_dump_json() + "\n"

        return StreamingResponse(lines())

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        answers = await asyncio.gather(client.post("/episodes/one"), client.post("/episodes/two"))
    last = [json.loads(answer.text.splitlines()[-1]) for answer in answers]
    assert [event["episode"]["title"] for event in last] == ["one", "two"]


@pytest.mark.parametrize(
    ("where", "server", "inline_cpu_s", "expected"),
    [
        ("auto", False, 0.0, InlineRun),
        ("auto", True, 1e6, InlineRun),
        ("auto", True, 0.0, QueuedRun),
        ("inline", True, 0.0, InlineRun),
        ("queue", True, 1e6, QueuedRun),
    ],
)
def test_long_ones_are_queued_where_there_is_a_server(
    asked, monkeypatch, where, server, inline_cpu_s, expected
):
    settings = Settings(runs=RunSettings(inline_cpu_s=inline_cpu_s))
    with prefect_stub(look("RUNNING")) as (url, posted):
        if server:
            monkeypatch.setenv("PREFECT_API_URL", url)
        run = start_podcast(
            **asked | {"deadline": "30"}, where=where, settings=settings, orchestration="inline"
        )
    assert type(run) is expected
    if expected is InlineRun:
        assert (run.result().title, posted) == ("Trees", [])
    else:
        ((path, body),) = posted
        assert path.endswith("/create_flow_run")
        assert body["parameters"]["request"]["out"] == asked["out"]
        assert body["parameters"]["request"]["deadline"].endswith("+00:00")  # counted from now


def queued(*looks, monkeypatch):
    monkeypatch.setattr(following, "LOOK_S", 0.001)
    return prefect_stub(*looks)


def test_a_queued_run_is_its_id_and_has_events_and_a_result(monkeypatch):
    episode = record().episode
    done = look("COMPLETED", 100, "Done", summary=hidden("episode", episode.model_dump_json()))
    with queued(look("RUNNING", 10, "Planning"), done, monkeypatch=monkeypatch) as (url, _):
        monkeypatch.setenv("PREFECT_API_URL", url)
        run = submit_podcast(TREES)
        assert (run.id, f"{run}", repr(run)) == ("run-1", "run-1", f"QueuedRun('run-1', '{url}')")
        *_, last = run.events()
        assert last.episode == run.result() == episode


@pytest.mark.parametrize(
    ("end", "error", "message"),
    [
        (look("FAILED", message="VoiceError: no voice"), VoiceError, "^no voice"),
        (look("FAILED", message="something broke"), PodloomError, "^something broke"),
        (look("CANCELLED", message="by hand"), StoppedError, "by hand"),
        (look("COMPLETED"), PodloomError, "left no episode"),
    ],
)
async def test_the_result_of_a_queued_run_that_made_no_episode_is_an_error(monkeypatch, end, error, message):
    with queued(end, monkeypatch=monkeypatch) as (url, _):
        run = QueuedRun("run-1", url)
        with pytest.raises(error, match=message):
            run.result()
        with pytest.raises(error, match=message):
            await run.result_async()


async def test_stopping_a_queued_run_asks_its_server():
    with prefect_stub(look("RUNNING")) as (url, posted):
        run = QueuedRun("run-1", url)
        run.cancel()
        await run.cancel_async()
    assert [path for path, _ in posted] == ["/api/flow_runs/run-1/set_state"] * 2

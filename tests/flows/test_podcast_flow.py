"""A flow run as a person sees it: its page, its end when it fails, its end when it is stopped."""

import asyncio
import json
import logging
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterName,
)
from prefect.states import Cancelling

from fixtures.flow_runs import until
from podloom import PodloomError, ProviderError, generate_podcast_async
from podloom.domain.progress import count_of
from podloom.rehearsal import Fault, Scenario
from podloom.tasks import episode as tasks
from podloom.tasks import runlog

pytestmark = pytest.mark.prefect


async def run_named(name):
    async with get_client() as client:
        wanted = FlowRunFilter(name=FlowRunFilterName(any_=[name]))
        runs = await client.read_flow_runs(flow_run_filter=wanted)
    return runs[0] if runs else None


async def artifacts_of(run):
    async with get_client() as client:
        wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
        return {artifact.key: artifact for artifact in await client.read_artifacts(artifact_filter=wanted)}


async def news_of(podcast, count):
    """So many events of the show's episodes, oldest first; Prefect stores them in the background."""
    about = {"labels": {"podloom.podcast": [podcast]}}
    wanted = {"event": {"prefix": ["podloom.episode."]}, "resource": about, "order": "ASC"}
    found = []
    async with get_client() as client:
        while len(found) < count:
            answer = await client.request("POST", "/events/filter", json={"filter": wanted, "limit": 50})
            found = answer.json()["events"]
    return found


async def test_the_runs_page_tells_what_was_made(prefect_api, rehearsal, rehearsed, asked):
    server = rehearsal(Scenario())
    seen = []
    asked = asked.model_copy(update={"title": "A page to look at"})
    episode = await generate_podcast_async(
        asked, settings=rehearsed(server), orchestration="prefect", on_progress=seen.append
    )
    run = await run_named("A page to look at")
    assert (str(run.id), run.state.type.value) == (episode.run_id, "COMPLETED")
    shown = await artifacts_of(run)
    assert seen[-1].stage == "done"
    assert float(shown["episode-progress"].data) == 100
    assert shown["episode-progress"].description.startswith("Done: ")
    chapters = json.loads(shown["episode-chapters"].data)
    assert [row["Title"] for row in chapters] == [mark.title for mark in episode.chapters]
    assert {row["From the cache"][:2] for row in chapters} == {"0/"}
    clips = json.loads(shown["episode-clips"].data)
    assert len(clips) == episode.segments
    assert {row["Made in"][-2:] for row in clips} == {" s"}
    counted = f"{count_of(len(chapters), 'chapter')}, {count_of(len(clips), 'line')}"
    assert f"| Contents | {counted} |" in shown["episode-summary"].data
    page = (Path(episode.folder) / "index.html").as_uri()
    assert f"[Listen and read along]({page})" in shown["episode-summary"].data
    stream = Path(episode.folder).parent / "_live" / episode.run_id / "index.html"
    assert shown["episode-listen"].data == f"[Listen while it is made]({stream.as_uri()})"
    assert "data:image/jpeg;base64," in shown["episode-cover"].data
    assert "data:image/png;base64," in shown["episode-waveform"].data


async def test_the_logs_of_a_run_tell_what_happened(prefect_api, rehearsal, rehearsed, asked, caplog):
    logger = logging.getLogger(runlog.NAME)
    logger.addHandler(caplog.handler)
    try:
        settings = rehearsed(rehearsal(Scenario()))
        episode = await generate_podcast_async(asked, settings=settings, orchestration="prefect")
    finally:
        logger.removeHandler(caplog.handler)
    told = [record for record in caplog.records if record.name == runlog.NAME]
    lines = [record.getMessage() for record in told]
    assert {vars(record)["flow_run_id"] for record in told} == {episode.run_id}
    assert (lines[0], lines[-1]) == (f"run {episode.run_id} began", f"finished: {episode.folder}")
    assert "planning the chapters" in lines
    assert [line for line in lines if line.startswith("writing and voicing chapter 1 took ")]
    assert [line for line in lines if "is voiced" in line] == []


@pytest.mark.usefixtures("patient")
async def test_a_failure_is_one_sentence_and_the_next_run_pays_for_nothing_twice(
    prefect_api, rehearsal, rehearsed, asked
):
    server = rehearsal(Scenario(), faults=[Fault("400", "speech", nth=5)])
    asked = asked.model_copy(update={"title": "Fails once", "podcast": "A show with news"})
    with pytest.raises(ProviderError) as failure:
        await generate_podcast_async(asked, settings=rehearsed(server), orchestration="prefect")
    run = await run_named("Fails once")
    assert run.state.type.value == "FAILED"
    assert run.state.message == f"ProviderError: {failure.value}"
    episode = await generate_podcast_async(asked, settings=rehearsed(server), orchestration="prefect")
    assert server.calls.paid_twice() == []
    failed, completed = await news_of(asked.podcast, count=2)
    assert failed["payload"]["error"] == {"type": "ProviderError", "message": str(failure.value)}
    assert completed["resource"]["prefect.resource.id"] == f"podloom.episode.{episode.id}"
    related = {one["prefect.resource.role"]: one["prefect.resource.id"] for one in completed["related"]}
    assert related["flow-run"] == f"prefect.flow-run.{episode.run_id}"


async def test_a_server_that_is_away_for_a_moment_costs_a_retry_of_one_task(
    prefect_api, rehearsal, rehearsed, asked, monkeypatch
):
    monkeypatch.setattr(tasks, "PAUSE_S", 0.01)
    server = rehearsal(Scenario(), faults=[Fault("503", schema="chapter", chapter=1)])
    episode = await generate_podcast_async(asked, settings=rehearsed(server), orchestration="prefect")
    assert server.faults.unused == []
    assert (server.calls.count("chat", "outline"), server.calls.count("chat", "chapter")) == (
        1,
        len(episode.chapters) + 1,
    )
    assert server.calls.paid_twice() == []


async def test_a_cancelled_run_stops_its_calls_and_keeps_what_is_made(
    prefect_api, rehearsal, rehearsed, asked
):
    server = rehearsal(Scenario(), faults=[Fault("slow", "speech", nth=3, delay_s=60)])
    asked = asked.model_copy(update={"title": "Stopped by hand"})
    running = asyncio.create_task(
        generate_podcast_async(asked, settings=rehearsed(server), orchestration="prefect")
    )
    await until(lambda: server.calls.count("speech") == 3)
    run = await run_named("Stopped by hand")
    async with get_client() as client:
        await client.set_flow_run_state(run.id, Cancelling(), force=True)
    with pytest.raises(PodloomError, match="what was made is kept"):
        await running
    run = await run_named("Stopped by hand")
    assert run.state.type.value == "CANCELLED"
    assert (await artifacts_of(run))["episode-progress"].description.startswith("Stopped: ")
    await until(lambda: server.calls.running("speech") == 0)
    await generate_podcast_async(asked, settings=rehearsed(server), orchestration="prefect")
    assert server.calls.paid_twice() == []

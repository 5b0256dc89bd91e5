"""All deployments on a real server: triggered as the UI, the scheduler and `podloom submit` do."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.schedules import RRuleSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import AwaitingRetry

from fixtures.flow_runs import work
from fixtures.prefect_events import alert_events
from podloom import EpisodeRequest, RequestError, SettingsError, submit_podcast_async
from podloom.domain import slug
from podloom.domain.events import ChapterWritten, Finished, ProgressMade, RunBegan, StageEnded
from podloom.flows.deploying import deploy_all, ensure_pool
from podloom.flows.following import follow
from podloom.flows.remote import RemotePrefect
from podloom.flows.worker import POOL_TYPE
from podloom.rehearsal import Fault, Scenario

pytestmark = pytest.mark.prefect
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


async def trigger(name, parameters=None):
    """As the UI does."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(f"{name}/{name}")
        run = await client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
    return str(run.id)


async def work_until_done(*runs):
    """Work once; then see how they ended."""
    await work()
    async with RemotePrefect() as server:
        return [await server.look(run) for run in runs]


def offline(tmp_path, **fields):
    return {
        "request": {
            "sources": [str(EXAMPLES / "city-trees.md")],
            "engine": "tone",
            "writer": "offline",
            "minutes": 1,
            "music": False,
            "out": str(tmp_path / "out"),
            **fields,
        }
    }


def small_show(tmp_path, podcast):
    """A show that watches a folder in which something is new."""
    watched = tmp_path / "watched"
    watched.mkdir()
    (watched / "note.md").write_text((EXAMPLES / "city-trees.md").read_text("utf-8"), "utf-8")
    voices = {"engine": "tone", "writer": "offline", "music": False, "minutes": 1}
    return {"podcast": podcast, "folders": [str(watched)], "out": str(tmp_path / "out"), **voices}


def test_prefects_own_command_deploys_the_file(prefect_api, tmp_path):
    async def prepare():
        async with get_client() as client:
            await ensure_pool(client, POOL_TYPE)

    asyncio.run(prepare())
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    made = asyncio.run(deploy_all(POOL_TYPE))
    assert [name for name in made if "/" in name] == []  # so what the command made is what we would make


async def test_every_deployment_completes(deployed, tmp_path, monkeypatch):
    monkeypatch.setenv("PODLOOM_FEED_BASE_URL", "https://podcast.example.org")
    monkeypatch.setenv("PODLOOM_ALERTS_LEAST_RUNS", "1")
    monkeypatch.setenv("PODLOOM_ALERTS_MEMORY_MB", "1")
    out, since = tmp_path / "out", datetime.now(UTC)
    (episode,) = await work_until_done(await trigger("generate-podcast", offline(tmp_path, title="Trees")))
    assert (episode.state, episode.percent) == ("COMPLETED", 100)
    (alert,) = await alert_events(deployed, "memory_mb", since)
    assert (alert["event"], alert["payload"]["limit"]) == ("podloom.alert.raised", 1)
    show = small_show(tmp_path, "My show")
    views = await work_until_done(
        await trigger("revoice", {"script": str(out / "trees" / "script.json")}),
        await trigger("publish-feed", {"podcast": "Podloom", "folder": str(out)}),
        await trigger("scheduled-show", {"show": show}),
        await trigger("clean-up"),
        await trigger("daily-benchmark", {"workload": "fast"}),
        await trigger("find-lost-runs"),
    )
    assert [(view.state, view.message) for view in views if view.state != "COMPLETED"] == []
    assert (out / "feed.xml").is_file()
    assert views[1].message == f"1 episode of Podloom in {out / 'feed.xml'}"
    (again,) = await work_until_done(await trigger("scheduled-show", {"show": show}))
    assert again.message == "Nothing new for My show since the last episode"


@pytest.fixture
async def own_show(deployed, tmp_path):
    """A copy of the deployment for a show of its own, as the UI makes it; its schedule is due soon."""
    rule = f"DTSTART:{datetime.now(UTC):%Y%m%dT%H%M%S}\nRRULE:FREQ=SECONDLY;INTERVAL=8;COUNT=4"
    soon = DeploymentScheduleCreate(schedule=RRuleSchedule(rrule=rule, timezone="UTC"))
    show = small_show(tmp_path, "A show of its own")
    async with get_client() as client:
        ours = await client.read_deployment_by_name("scheduled-show/scheduled-show")
        kept = ("flow_id", "entrypoint", "pull_steps", "tags", "work_pool_name", "work_queue_name")
        copy = await client.create_deployment(
            **{name: getattr(ours, name) for name in kept},
            name="a-show-of-its-own",
            parameters={"show": show},
            parameter_openapi_schema=ours.parameter_openapi_schema,
            schedules=[soon],
        )
        yield copy
        await client.delete_deployment(copy)


async def test_a_show_of_its_own_runs_when_the_servers_scheduler_says_so(own_show, tmp_path):
    wanted = FlowRunFilter.model_validate({"deployment_id": {"any_": [own_show]}})
    runs = []
    async with get_client() as client:
        while not runs:
            runs = await client.read_flow_runs(
                flow_run_filter=wanted, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=1
            )
    (view,) = await work_until_done(str(runs[0].id))
    while not view.final:
        (view,) = await work_until_done(view.id)
    assert (view.state, runs[0].auto_scheduled) == ("COMPLETED", True), view.message
    (manifest,) = (tmp_path / "out").glob("*/episode.json")
    assert json.loads(manifest.read_text("utf-8"))["podcast"] == "A show of its own"


async def test_the_retry_button_pays_for_nothing_twice(deployed, rehearsal, monkeypatch, tmp_path, patient):
    server = rehearsal(Scenario(), faults=[Fault("400", "speech", nth=5)])
    for group in ("LLM", "SPEECH"):
        monkeypatch.setenv(f"PODLOOM_{group}_BASE_URL", server.base_url)
        monkeypatch.setenv(f"PODLOOM_{group}_API_KEY", "k")
    monkeypatch.setenv("PODLOOM_SPEECH_REMOTE_CONCURRENCY", "1")
    request = offline(tmp_path, engine="openai", writer="openai", minutes=2, title="Retried")
    run = await trigger("generate-podcast", request)
    (failed,) = await work_until_done(run)
    assert failed.state == "FAILED"
    assert failed.message.startswith("the speech server")
    async with get_client() as client:
        await client.set_flow_run_state(run, AwaitingRetry(), force=True)
    (view,) = await work_until_done(run)
    assert view.state == "COMPLETED"
    assert server.calls.paid_twice() == []


def chapters(events):
    """Stages of those that are written."""
    return [f"chapter {event.chapter}" for event in events if isinstance(event, ChapterWritten)]


async def test_submitting_chooses_the_queue_and_watching_ends_with_the_run(deployed, tmp_path):
    fields = offline(tmp_path, title="Urgent", priority="breaking")["request"]
    run = (await submit_podcast_async(EpisodeRequest.model_validate(fields))).id
    async with get_client() as client:
        assert (await client.read_flow_run(run)).work_queue_name == "breaking"

    async def followed():
        async with RemotePrefect() as server:
            return [event async for event in follow(server, run)]

    events, _ = await asyncio.gather(followed(), work_until_done(run))
    progress = [event for event in events if isinstance(event, ProgressMade)]
    assert (progress[0].state, progress[-1].state) == ("scheduled", "completed")
    assert [event.percent for event in progress] == sorted(event.percent for event in progress)
    assert [event.run for event in events if isinstance(event, RunBegan)] == [run]
    stages = [event.stage for event in events if isinstance(event, StageEnded)]
    assert sorted(stages) == sorted(["sources", "outline", *chapters(events), "mix", "publish", "record"])
    manifest = json.loads((tmp_path / "out" / "urgent" / "episode.json").read_text("utf-8"))
    assert manifest["run_id"] == run
    assert isinstance(events[-1], Finished)
    assert events[-1].episode.folder == str(tmp_path / "out" / "urgent")


@pytest.mark.parametrize(
    ("queue", "priority", "voiced"),
    [
        ("backfill", "normal", "backfill"),
        pytest.param("backfill", "breaking", "breaking", marks=pytest.mark.slow),
        pytest.param("normal", "normal", "normal", marks=pytest.mark.slow),
    ],
)
async def test_the_work_queue_decides_who_is_voiced_first_unless_the_request_does(
    deployed, tmp_path, queue, priority, voiced
):
    title = f"{queue} {priority}"
    parameters = offline(tmp_path, title=title, priority=priority, deadline="30", minutes=0.5)
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("generate-podcast/generate-podcast")
        run = await client.create_flow_run_from_deployment(
            deployment.id, parameters=parameters, work_queue_name=queue
        )
    (view,) = await work_until_done(str(run.id))
    assert view.state == "COMPLETED", view.message
    manifest = json.loads((tmp_path / "out" / slug(title) / "episode.json").read_text("utf-8"))
    assert manifest["request"]["priority"] == voiced
    # Counted from when the run was to start.
    due = datetime.fromisoformat(manifest["request"]["deadline"])
    assert abs((due - run.expected_start_time).total_seconds() - 30 * 60) < 1


async def test_an_unknown_run_is_named(deployed):
    async with RemotePrefect() as server:
        with pytest.raises(RequestError, match="no run '0000'"):
            await server.look("0000")


async def test_without_a_server_there_is_advice(monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(SettingsError, match="podloom serve"):
        await submit_podcast_async("a text that is long enough")

"""A queued run whose script is reviewed: suspended, answered over HTTP, voiced as approved."""

import asyncio
import json

import pytest
from prefect.client.orchestration import get_client

from podloom import RequestError
from podloom.domain.review import Review
from podloom.flows.deploying import POOL, deploy_all
from podloom.flows.remote import RemotePrefect
from podloom.flows.reviews import answer, waiting_draft
from podloom.flows.worker import POOL_TYPE, WarmWorker
from podloom.rehearsal import Scenario

pytestmark = pytest.mark.prefect


async def work():
    worker = WarmWorker(work_pool_name=POOL, create_pool_if_not_found=False)
    await worker.start(run_once=True, printer=len)


async def slots_in_use():
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("generate-podcast/generate-podcast")
        limit = await client.read_global_concurrency_limit_by_name(f"deployment:{deployment.id}")
    return limit.active_slots


async def test_a_script_is_rejected_edited_and_voiced_as_edited(
    prefect_api, rehearsal, monkeypatch, asked, tmp_path, podloom
):
    server = rehearsal(Scenario())
    monkeypatch.setenv("PODLOOM_LLM_BASE_URL", server.base_url)
    monkeypatch.setenv("PODLOOM_LLM_API_KEY", "k")
    await deploy_all(POOL_TYPE)
    changes = {"review": True, "engine": "tone", "minutes": 1, "title": "Reviewed"}
    async with RemotePrefect() as prefect:
        run_id = await prefect.submit(asked.model_copy(update=changes))
        await work()
        first = await waiting_draft(prefect, run_id)
        rejected = await asyncio.to_thread(podloom, "review", run_id, "--reject", "Begin with line 2.")
        await work()
        second = await waiting_draft(prefect, run_id)
        assert await slots_in_use() == 0
        assert not (tmp_path / "out" / "reviewed").exists()
        line = second.script.segments[0]
        page = tmp_path / "page.md"
        await asyncio.to_thread(podloom, "review", run_id, "--to", str(page))
        page.write_text(page.read_text("utf-8").replace(line.text, "A line of the editor's.", 1), "utf-8")
        edited = await asyncio.to_thread(podloom, "review", run_id, "--script", str(page), "--json")
        await work()
        view = await prefect.look(run_id)
        with pytest.raises(RequestError, match="does not wait for a review: it is completed"):
            await waiting_draft(prefect, run_id)
        with pytest.raises(RequestError, match="not paused"):
            await answer(prefect, run_id, Review(decision="approve"))
    assert (rejected.out, edited.json["done"], view.state) == ("rejected\n", "replaced", "COMPLETED")
    named = first.script.segments[1]
    assert second.rejections[0].quoted == (f"2. {named.speaker}: {named.text}",)
    script = json.loads((tmp_path / "out" / "reviewed" / "script.json").read_text("utf-8"))
    assert script["chapters"][0]["segments"][0]["text"] == "A line of the editor's."
    assert [call for call in server.calls.paid_twice() if call.route != "models"] == []

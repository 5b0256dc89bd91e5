"""A queued run whose script is reviewed: suspended, answered over HTTP, voiced as approved."""

import asyncio
import json

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey

from fixtures.flow_runs import work
from podloom import RequestError
from podloom.domain.review import Review
from podloom.flows.remote import RemotePrefect
from podloom.flows.reviews import answer, waiting_draft
from podloom.rehearsal import Scenario
from podloom.script.page import script_page
from podloom.tasks.reviewing import PAGE

pytestmark = pytest.mark.prefect


async def slots_in_use():
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("generate-podcast/generate-podcast")
        limit = await client.read_global_concurrency_limit_by_name(f"deployment:{deployment.id}")
    return limit.active_slots


async def test_a_script_is_rejected_edited_and_voiced_as_edited(
    deployed, rehearsal, monkeypatch, asked, tmp_path, podloom
):
    server = rehearsal(Scenario())
    monkeypatch.setenv("PODLOOM_LLM_BASE_URL", server.base_url)
    monkeypatch.setenv("PODLOOM_LLM_API_KEY", "k")
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


async def form_of(run_id):
    """What the UI fills the dialogue with that "Resume" opens."""
    async with get_client() as client:
        run = await client.read_flow_run(run_id)
        text = await client.read_flow_run_input(run_id, run.state.state_details.run_input_keyset["schema"])
    return json.loads(text)["properties"]


async def shown(run_id):
    wanted = ArtifactFilter(
        flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]), key=ArtifactFilterKey(any_=[PAGE])
    )
    async with get_client() as client:
        return [artifact.data for artifact in await client.read_artifacts(artifact_filter=wanted)]


async def test_the_form_in_the_ui_holds_the_script_to_be_edited(
    deployed, rehearsal, monkeypatch, asked, tmp_path
):
    monkeypatch.setenv("PODLOOM_LLM_BASE_URL", rehearsal(Scenario()).base_url)
    monkeypatch.setenv("PODLOOM_LLM_API_KEY", "k")
    changes = {"review": True, "engine": "tone", "minutes": 1, "title": "In the form"}
    async with RemotePrefect() as prefect:
        run_id = await prefect.submit(asked.model_copy(update=changes))
        await work()
        first = (await waiting_draft(prefect, run_id)).script
        form = await form_of(run_id)
        submitted = {name: field["default"] for name, field in form.items()}
        assert submitted == {"decision": "approve", "note": "", "script": script_page(first)}
        assert [field["position"] for field in form.values()] == [0, 1, 2]
        await prefect.resume(run_id, submitted | {"decision": "edit"})
        await work()
        again = await waiting_draft(prefect, run_id)
        assert "an edit needs the edited script" in again.fault
        assert await shown(run_id) == [f"> {again.fault}\n\n{script_page(first)}"]
        line = first.segments[-1]
        changed = submitted["script"].replace(line.text, "Typed into the form.")
        await prefect.resume(run_id, submitted | {"script": changed})
        await work()
        assert (await prefect.look(run_id)).state == "COMPLETED"
    script = json.loads((tmp_path / "out" / "in-the-form" / "script.json").read_text("utf-8"))
    spoken = [segment["text"] for chapter in script["chapters"] for segment in chapter["segments"]]
    assert "Typed into the form." in spoken
    assert line.text not in spoken

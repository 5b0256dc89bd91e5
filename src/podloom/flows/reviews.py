"""Reviewing a queued run's script from anywhere, over HTTP and without importing Prefect."""

from __future__ import annotations

from podloom.domain.review import Review, ScriptDraft
from podloom.errors import RequestError
from podloom.flows.remote import RemotePrefect
from podloom.tasks.drafts import DRAFT, MOST_DRAFTS, newest

ACCEPTED = "ACCEPT"


async def waiting_draft(server: RemotePrefect, run_id: str) -> ScriptDraft:
    """The script that waits for its reviewer.

    Raises:
        RequestError: There is no such run, or it does not wait for a review.
    """
    view = await server.look(run_id)
    _, draft = newest(await server.inputs(run_id, DRAFT, limit=MOST_DRAFTS))
    if view.state != "PAUSED" or draft.script is None:
        raise RequestError(
            f"run {run_id!r} ({view.name}) does not wait for a review: it is {view.state.lower()};"
            " `podloom submit --review` asks for one, `podloom watch` shows when it waits"
        )
    return draft


async def answer(server: RemotePrefect, run_id: str, review: Review) -> None:
    """Resume the run with the reviewer's answer; a worker goes on with it.

    Raises:
        RequestError: The run does not wait, or the server does not take the answer.
    """
    result = await server.resume(run_id, review.model_dump(mode="json"))
    if result["status"] != ACCEPTED:
        reason = (result.get("details") or {}).get("reason") or "no reason given"
        raise RequestError(f"the server did not take the review of run {run_id!r}: {reason}")

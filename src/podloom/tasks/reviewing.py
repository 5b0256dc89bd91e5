"""A script that waits for its reviewer on a Prefect server: no process and no slot wait with it.

The run is suspended. Resumed, it begins again from the top, finds its draft beside the run on the server, and
goes on. So a review may take days and end on another machine.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect.artifacts import MarkdownArtifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey
from prefect.exceptions import Pause
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from pydantic import Field

from podloom.domain.review import Decision, Review, ScriptDraft
from podloom.script.page import script_page
from podloom.settings import ReviewSettings
from podloom.tasks.drafts import DRAFT, MOST_DRAFTS, newest
from podloom.tasks.runlog import say
from podloom.tasks.watching import leaving_quietly

PAGE = "episode-script"
WAITING = f"the script waits for its reviewer: read {PAGE} under Artifacts, then Resume on this page, or"


def _script_field(page: str) -> Any:
    """The UI shows the Markdown of an artifact as one escaped line only, so the form itself holds it."""
    return Field(
        default=page,
        title="Script",
        description="Change it here, one line each as `**Name:** words` and chapters as `## Title`; drag the"
        " field's corner to enlarge it. Or instead: a script's JSON, or the path of a .md or .json file on"
        " the worker.",
        json_schema_extra={"position": 2},
    )


class ReviewForm(RunInput):
    """The form that the UI shows when the run is to be resumed."""

    decision: Decision = Field(
        default="approve",
        title="Decision",
        description="approve: voice the script as it is. edit: voice it as you have changed it below."
        " reject: have it written anew.",
        json_schema_extra={"position": 0},
    )
    note: str = Field(
        default="",
        title="Note for the writer",
        description="With a rejection: what is to be different. Lines can be named by their numbers.",
        json_schema_extra={"position": 1},
    )
    script: str = _script_field("")


class SuspendedDesk:
    """Implements stages.reviewing.Desk; only for runs of a deployment."""

    lasting = True

    def __init__(self, run_id: UUID, settings: ReviewSettings) -> None:
        self._run_id, self._settings = run_id, settings
        self._kept = 0

    async def recall(self) -> ScriptDraft:
        """The newest draft on the server."""
        async with get_client() as client:
            found = await client.filter_flow_run_input(
                self._run_id, key_prefix=DRAFT, limit=MOST_DRAFTS, exclude_keys=set()
            )
        self._kept, draft = newest({one.key: one.value for one in found})
        return draft

    async def keep(self, draft: ScriptDraft) -> None:
        """Beside the run, under a key of its own."""
        self._kept += 1
        async with get_client() as client:
            await client.create_flow_run_input(
                self._run_id, key=f"{DRAFT}{self._kept}", value=draft.model_dump_json()
            )

    async def ask(self, draft: ScriptDraft) -> Review:
        """Show the script and suspend the run; comes back in the attempt that follows the answer.

        Raises:
            Pause: The first time.
        """
        key = f"review-{draft.answers}-{len(draft.rejections)}"
        assert draft.script is not None
        page = script_page(draft.script)
        await self._show(f"> {draft.fault}\n\n{page}" if draft.fault else page)
        form: Any = ReviewForm.with_initial_data(
            description=self._description(draft), script=_script_field(page)
        )
        try:
            with leaving_quietly():
                answer = await asuspend_flow_run(
                    wait_for_input=form, timeout=self._settings.timeout_s, key=key
                )
        except Pause:
            if draft.fault:
                say(self._run_id, f"the last answer could not be used: {draft.fault}")
            say(self._run_id, f"{WAITING} `podloom review {self._run_id}`")
            raise
        given = answer.model_dump(include={"decision", "note", "script"})
        untouched = given["script"].split() == page.split()
        return Review.model_validate(given | {"script": ""} if untouched else given)

    async def _show(self, page: str) -> None:
        """One artifact a run: the newest version in its place."""
        wanted = ArtifactFilter(
            flow_run_id=ArtifactFilterFlowRunId(any_=[self._run_id]), key=ArtifactFilterKey(any_=[PAGE])
        )
        async with get_client() as client:
            shown = await client.read_artifacts(artifact_filter=wanted, limit=1)
            if not shown:
                text = MarkdownArtifact(key=PAGE, markdown=page, description="The script, to be reviewed")
                await text.acreate(client)
            elif shown[0].data != page:
                await client.update_artifact(shown[0].id, ArtifactUpdate(data=page))

    def _description(self, draft: ScriptDraft) -> str:
        left = self._settings.rounds - len(draft.rejections)
        parts = [f"The script is the artifact **{PAGE}** of this run."]
        if draft.fault:
            parts.append(f"**The last answer could not be used: {draft.fault}.**")
        parts.append(f"It can be rejected {left} more time{'' if left == 1 else 's'}.")
        return " ".join(parts)

"""A script's way past its reviewer: written, shown, then approved, edited, or written anew with a note."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Protocol

from podloom.domain import EpisodeRequest, Script
from podloom.domain.review import Rejection, Review, Reviewer, ScriptDraft
from podloom.errors import RequestError, ScriptError
from podloom.script.page import quoted_lines, read_edited
from podloom.script.replay import ReplayWriter, replay_request, script_cast
from podloom.stages.run import Run
from podloom.tts.casting import cast, understudies

NOBODY = (
    "review is asked for and there is nobody to review: give generate_podcast a function as `review`, use"
    " `podloom make --review` in a terminal, or submit the episode to a Prefect server"
)
MOST_FAULTS = 20
"""Answers in a row that cannot be used, of a function: a person would have stopped."""


class Desk(Protocol):
    """Where a draft waits for its reviewer."""

    @property
    def lasting(self) -> bool:
        """Whether the run may end here, and begin again when there is an answer."""
        ...

    async def recall(self) -> ScriptDraft:
        """The draft as an earlier attempt of this run left it, or a new one."""
        ...

    async def keep(self, draft: ScriptDraft) -> None:
        """Remember the draft."""
        ...

    async def ask(self, draft: ScriptDraft) -> Review:
        """The reviewer's answer."""
        ...


class InlineDesk:
    """Asks a function of this process, and remembers nothing."""

    lasting = False

    def __init__(self, reviewer: Reviewer) -> None:
        self._reviewer = reviewer

    async def recall(self) -> ScriptDraft:
        """A new one."""
        return ScriptDraft()

    async def keep(self, draft: ScriptDraft) -> None:
        """Nobody comes back to it."""

    async def ask(self, draft: ScriptDraft) -> Review:
        """In a thread, since people take their time; an asynchronous one goes on in this loop."""
        answer = await asyncio.to_thread(self._reviewer, draft)
        return await answer if inspect.isawaitable(answer) else answer


async def review_script(run: Run, desk: Desk, write: Callable[[], Awaitable[Script]]) -> None:
    """Have the script approved before a word of it is voiced; the run voices exactly that one then.

    Raises:
        ScriptError: It was rejected too often, or a function's answers stay unusable.
    """
    draft, faults = await desk.recall(), 0
    while not draft.approved:
        if draft.script is None:
            run.rejections = draft.rejections
            draft = draft.model_copy(update={"script": await write()})
            await desk.keep(draft)
        run.telemetry.report(stage="review", message="Waiting for the script's reviewer")
        draft = answered(draft, await _asked(run, desk, draft), run)
        await desk.keep(draft)
        faults = faults + 1 if draft.fault else 0
        if faults == MOST_FAULTS and not desk.lasting:
            raise ScriptError(f"{faults} answers of the reviewer could not be used; last: {draft.fault}")
    assert draft.script is not None
    adopt(run, draft.script)


async def _asked(run: Run, desk: Desk, draft: ScriptDraft) -> Review:
    """The reviewer's answer; a desk that ends the run meanwhile raises what is neither error nor stop."""
    try:
        return await desk.ask(draft)
    except (Exception, asyncio.CancelledError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        run.suspended = True
        raise


def answered(draft: ScriptDraft, review: Review, run: Run) -> ScriptDraft:
    """The draft after an answer; one that cannot be used leaves a fault, and the reviewer is asked again.

    Raises:
        ScriptError: It was rejected too often.
    """
    draft = draft.model_copy(update={"answers": draft.answers + 1, "fault": ""})
    try:
        if review.decision == "reject":
            return _rejected(draft, review.note.strip(), run)
        script = _wanted(draft, review)
        cast(_request(run, script), run.engine)  # its voices
    except RequestError as error:
        return draft.model_copy(update={"fault": str(error)})
    return draft.model_copy(update={"script": script, "approved": True})


def _wanted(draft: ScriptDraft, review: Review) -> Script:
    """The script as it is, or as it was edited; whoever approves and gives an edited one means that one."""
    assert draft.script is not None
    if review.script.strip():
        return read_edited(review.script, draft.script)
    if review.decision == "edit":
        raise RequestError("an edit needs the edited script; to voice it as it is, approve")
    return draft.script


def _rejected(draft: ScriptDraft, note: str, run: Run) -> ScriptDraft:
    assert draft.script is not None
    if not note:
        raise RequestError("a rejection needs a note for the writer: what is to be different")
    if run.writer.draft or run.writer.name == ReplayWriter.name:
        raise RequestError("this script is not written by a model, which alone can follow a note; edit it")
    if len(draft.rejections) >= run.settings.review.rounds:
        raise ScriptError(
            f"the script was rejected {len(draft.rejections) + 1} times; change the instructions or the"
            " sources, or set PODLOOM_REVIEW_ROUNDS higher"
        )
    rejection = Rejection(
        note=note,
        chapters=tuple(chapter.title for chapter in draft.script.chapters),
        quoted=quoted_lines(note, draft.script),
    )
    return draft.model_copy(update={"script": None, "rejections": (*draft.rejections, rejection)})


def adopt(run: Run, script: Script) -> None:
    """From now on the run's words are this script's, its cast included."""
    run.request = _request(run, script)
    run.speakers = cast(run.request, run.engine)
    if run.fallback is not None:
        run.understudies = understudies(run.speakers, run.fallback, run.request.language)
    run.writer = ReviewedWriter(script, run.writer.name)
    run.telemetry.note(f"writer: {run.writer.name}")
    run.telemetry.report(chapters_done=0)


def _request(run: Run, script: Script) -> EpisodeRequest:
    """The run's request with the script's title and cast.

    Raises:
        RequestError: A line's speaker is not in the script's cast.
    """
    changes = {"title": "", "speakers": script_cast(script)}
    return replay_request(run.request.model_copy(update=changes), script)


class ReviewedWriter(ReplayWriter):
    """An approved script; named after who wrote it."""

    def __init__(self, script: Script, author: str) -> None:
        super().__init__(script)
        self.name = author if author == ReplayWriter.name else f"{author}, reviewed"

"""`podloom review`: look at a queued run's script, and let the run go on with an answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from podloom.cli.output import Json, console, print_json
from podloom.domain.review import Review, ScriptDraft
from podloom.errors import RequestError
from podloom.flows.remote import RemotePrefect
from podloom.flows.reviews import answer, waiting_draft
from podloom.script.page import read_edited, script_page


def review(
    run: Annotated[str, typer.Argument(help="Id of the run, as `podloom submit` prints it.")],
    approve: Annotated[bool, typer.Option("--approve", help="Voice the script as it is.")] = False,
    reject: Annotated[str, typer.Option(help="Have it written anew; what is to be different.")] = "",
    script: Annotated[str, typer.Option(help="Voice this edited script: .md as shown here, or .json.")] = "",
    to: Annotated[str, typer.Option(help="Write the script to this .md or .json, to be edited.")] = "",
    as_json: Json = False,
) -> None:
    """Show the script that waits for its review; or approve, reject or replace it."""
    if sum(map(bool, (approve, reject, script, to))) > 1:
        raise RequestError("give one of --approve, --reject NOTE, --script FILE and --to FILE")
    draft, done = asyncio.run(_reviewed(run, _answer(reject) if reject or approve else None, script))
    if to:
        _write(draft, Path(to))
        done = f"written to {to}; edit it, then: podloom review {run} --script {to}"
    if as_json:
        print_json({"run": run, "done": done, "draft": draft.model_dump(mode="json")})
    elif done:
        console().print(done, soft_wrap=True)
    else:
        console().print(_shown(draft), soft_wrap=True)


def _answer(reject: str) -> Review:
    return Review(decision="reject", note=reject) if reject else Review(decision="approve")


async def _reviewed(run: str, given: Review | None, script: str) -> tuple[ScriptDraft, str]:
    """The draft, and what was done with it; an edited script is checked here, before the run goes on."""
    async with RemotePrefect() as server:
        draft = await waiting_draft(server, run)
        assert draft.script is not None
        if script:
            edited = read_edited(_existing(script), draft.script)
            given = Review(decision="edit", script=edited.model_dump_json())
        if given is None:
            return draft, ""
        await answer(server, run, given)
    return draft, {"approve": "approved", "edit": "replaced", "reject": "rejected"}[given.decision]


def _existing(script: str) -> str:
    path = Path(script).expanduser()
    if path.suffix not in {".md", ".json"}:
        raise RequestError(f"an edited script is a .md or a .json file, and {script!r} is neither")
    return str(path)


def _write(draft: ScriptDraft, path: Path) -> None:
    assert draft.script is not None
    text = draft.script.model_dump_json(indent=1) if path.suffix == ".json" else script_page(draft.script)
    _existing(str(path))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RequestError(
            f"cannot write {str(path)!r} ({error.strerror}); choose another file with --to"
        ) from error


def _shown(draft: ScriptDraft) -> str:
    assert draft.script is not None
    fault = f"The last answer could not be used: {draft.fault}\n\n" if draft.fault else ""
    return fault + script_page(draft.script)

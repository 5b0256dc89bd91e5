"""Reviewing a script in the terminal: read it, edit it in $EDITOR, or send it back."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from podloom.cli.output import console
from podloom.cli.progress import Panel
from podloom.cli.signals import handled
from podloom.domain.review import Review, ScriptDraft
from podloom.errors import RequestError
from podloom.script.page import read_page, script_page

QUESTION = "[a]pprove, [e]dit, [r]eject? "


def check_terminal(*, quiet: bool) -> None:
    """See that somebody can answer; with --json stdout belongs to a script.

    Raises:
        RequestError: Nobody can.
    """
    if quiet or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RequestError(
            "--review asks in the terminal and there is none; submit the episode with"
            " `podloom submit --review` and answer with `podloom review RUN`"
        )


class TerminalReviewer:
    """Asks the person at the terminal; the panel makes room for that."""

    def __init__(self, panel: Panel | None) -> None:
        self._panel = panel

    async def __call__(self, draft: ScriptDraft) -> Review:
        """Waits in the loop's own thread: nothing else is to be done, and Ctrl-C works.

        It ends the waiting at once; the loop's own handler would only ask for it.
        """
        aside = self._panel.aside() if self._panel else nullcontext()
        with aside, handled(signal.default_int_handler, signal.SIGINT):
            try:
                return ask(draft)
            except EOFError:
                raise RequestError("nobody answered: the terminal is closed; run it again") from None


def ask(draft: ScriptDraft) -> Review:
    """The person's answer; an edit that cannot be used goes back into the editor."""
    assert draft.script is not None
    page, screen = script_page(draft.script), console()
    screen.print(draft.fault or page, soft_wrap=True)
    while True:
        choice = input(QUESTION).strip().lower()[:1]
        if choice == "a":
            return Review(decision="approve")
        if choice == "r":
            return Review(decision="reject", note=input("What is to be different? "))
        if choice == "e":
            page = edited(page)
            try:
                return Review(decision="edit", script=read_page(page, draft.script).model_dump_json())
            except RequestError as error:
                screen.print(str(error), soft_wrap=True)


def edited(page: str) -> str:
    """The page as it is after $VISUAL or $EDITOR.

    Raises:
        RequestError: There is no editor, or it failed.
    """
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.md"
        path.write_text(page, encoding="utf-8")
        try:
            subprocess.run([*editor, str(path)], check=True)  # noqa: S603 - the person's own editor
        except (OSError, subprocess.CalledProcessError) as error:
            raise RequestError(f"the editor {editor[0]!r} failed ({error}); set EDITOR") from error
        return path.read_text("utf-8")

"""Reviewing a script at the terminal."""

import sys

import pytest

from podloom import RequestError
from podloom.cli.progress import Panel
from podloom.cli.reviewing import TerminalReviewer, edited
from podloom.domain import ChapterScript, Script, Segment
from podloom.domain.review import ScriptDraft

SCRIPT = Script(
    title="Trees",
    summary="About trees.",
    language="en",
    draft=False,
    chapters=(
        ChapterScript(
            index=0,
            title="Shade",
            segments=(Segment(chapter=0, index=0, speaker="Ann", text="Shade cools."),),
        ),
    ),
)


@pytest.fixture
def answers(monkeypatch):
    """What the person types, line by line."""

    def typed(*lines):
        waiting = list(lines)

        def read(_):
            if not waiting:
                raise EOFError
            return waiting.pop(0)

        monkeypatch.setattr("builtins.input", read)

    return typed


@pytest.fixture
def editor(monkeypatch, tmp_path):
    """An editor that runs these statements over `text`."""
    monkeypatch.delenv("VISUAL", raising=False)

    def set_to(*statements):
        path = tmp_path / "editor.py"
        body = "\n".join(statements)
        path.write_text(
            f"import sys\npath = sys.argv[1]\ntext = open(path).read()\n{body}\nopen(path, 'w').write(text)\n"
        )
        monkeypatch.setenv("EDITOR", f"{sys.executable} {path}")

    return set_to


async def review(draft=None):
    return await TerminalReviewer(None)(draft or ScriptDraft(script=SCRIPT))


async def test_the_script_is_shown_and_approved(answers, capsys):
    answers("what?", "a")
    assert (await review()).decision == "approve"
    assert "1. **Ann:** Shade cools." in capsys.readouterr().out


async def test_a_rejection_takes_a_note(answers):
    answers("reject", "Shorter.")
    answer = await review()
    assert (answer.decision, answer.note) == ("reject", "Shorter.")


async def test_an_edit_opens_the_editor_and_keeps_the_cast(answers, editor):
    editor("text = text.replace('cools.', 'cools a street.')")
    answers("e")
    script = Script.model_validate_json((await review()).script)
    assert [segment.text for segment in script.segments] == ["Shade cools a street."]


async def test_an_edit_that_cannot_be_used_goes_back_into_the_editor(answers, editor, capsys):
    editor("text = text.replace('words', '1. **Ann:** More.') if 'words' in text else text + 'words'")
    answers("e", "e")
    script = Script.model_validate_json((await review()).script)
    assert [segment.text for segment in script.segments] == ["Shade cools.", "More."]
    assert "nobody's words" in capsys.readouterr().out


async def test_the_reason_is_shown_when_the_last_answer_could_not_be_used(answers, capsys):
    answers("a")
    await review(ScriptDraft(script=SCRIPT, fault="a rejection needs a note"))
    assert "a rejection needs a note" in capsys.readouterr().out


async def test_a_closed_terminal_is_an_error(answers):
    answers()
    with pytest.raises(RequestError, match="nobody answered"):
        await review()


def test_an_editor_that_fails_is_named(monkeypatch):
    monkeypatch.setenv("VISUAL", "/no/such/editor -w")
    with pytest.raises(RequestError, match="/no/such/editor"):
        edited("# Trees\n")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_without_a_terminal_it_is_refused(podloom, options):
    ran = podloom("make", "A text that is long enough.", "--review", *options)
    assert ran.code == RequestError.exit_code
    assert "podloom submit --review" in ran.err


def test_the_panel_makes_room():
    from rich.console import Console
    from rich.live import Live

    panel = Panel()
    with Live(panel, console=Console(file=sys.stderr, force_terminal=True)) as panel.live:
        with panel.aside():
            assert not panel.live.is_started
        assert panel.live.is_started

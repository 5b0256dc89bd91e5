"""A script's way past its reviewer, without Prefect."""

import json
import re
from pathlib import Path

import pytest

from fixtures.trees import TREES
from podloom import EpisodeRequest, RequestError, ScriptError, Settings
from podloom.domain.review import Review
from podloom.flows.inline import make_inline
from podloom.rehearsal import Scenario
from podloom.script.page import read_page, script_page
from podloom.settings import LLMSettings, ReviewSettings
from podloom.telemetry import Telemetry


class Reviewer:
    """Gives these answers one after the other, then approves; remembers the drafts."""

    def __init__(self, *answers):
        self.answers, self.drafts = list(answers), []

    async def __call__(self, draft):
        self.drafts.append(draft)
        return self.answers.pop(0) if self.answers else Review(decision="approve")


@pytest.fixture
def make(rehearsal, tmp_path):
    """Makes a reviewed episode with a rehearsed writer and tones for voices."""
    server = rehearsal(Scenario())

    async def made(reviewer, **fields):
        settings = Settings(
            llm=LLMSettings(base_url=server.base_url, api_key="k"), review=ReviewSettings(rounds=1)
        )
        defaults = {"sources": (TREES,), "engine": "tone", "writer": "openai", "minutes": 1, "music": False}
        request = EpisodeRequest(**(defaults | {"review": True, "out": str(tmp_path / "out")} | fields))
        return await make_inline(request, settings, Telemetry(), reviewer)

    made.server = server
    return made


def spoken(episode):
    script = json.loads((Path(episode.folder) / "script.json").read_text("utf-8"))
    return [line["text"] for chapter in script["chapters"] for line in chapter["segments"]]


async def test_an_approved_script_is_voiced_as_it_is_and_written_once(make):
    reviewer = Reviewer()
    episode = await make(reviewer)
    (draft,) = reviewer.drafts
    assert spoken(episode) == [segment.text for segment in draft.script.segments]
    assert episode.writer.endswith(", reviewed")
    assert make.server.calls.paid_twice() == []
    manifest = json.loads((Path(episode.folder) / "episode.json").read_text("utf-8"))
    assert manifest["counters"]["llm.calls"] == make.server.calls.count("chat")


async def test_an_edited_script_is_voiced_as_edited(make):
    def edit(page):
        return re.sub(r"^1\. .*$", "1. **{}:** A new beginning.", page, count=1, flags=re.MULTILINE)

    class Editor(Reviewer):
        async def __call__(self, draft):
            speaker = draft.script.segments[0].speaker
            page = edit(script_page(draft.script)).format(speaker)
            return Review(decision="edit", script=f"# Another title\n{page.partition(chr(10))[2]}")

    episode = await make(Editor())
    assert spoken(episode)[0] == "A new beginning."
    assert (episode.title, Path(episode.folder).name) == ("Another title", "another-title")


async def test_a_rejection_reaches_the_writer_with_its_note_and_the_lines_it_names(make):
    reviewer = Reviewer(Review(decision="reject", note="Line 2 is dull; shorter, please."))
    await make(reviewer)
    first, second = reviewer.drafts
    dull = first.script.segments[1].text
    last = make.server.calls.of("chat", "chapter")[-1].prompt
    assert "Line 2 is dull; shorter, please." in last
    assert dull in last
    assert make.server.calls.paid_twice() == []
    assert second.rejections[0].note == "Line 2 is dull; shorter, please."


async def test_it_cannot_be_rejected_for_ever_and_nothing_is_voiced(make, tmp_path):
    note = Review(decision="reject", note="No.")
    with pytest.raises(ScriptError, match="rejected 2 times"):
        await make(Reviewer(note, note))
    assert not (tmp_path / "out").exists()


UNUSABLE = [
    (Review(decision="reject"), "needs a note"),
    (Review(decision="edit"), "needs the edited script"),
    (Review(decision="edit", script="# T\n\n## 1. A\n\nwords"), "nobody's words"),
    (Review(decision="edit", script="# T\n\n## 1. A\n"), "no lines"),
    (Review(decision="edit", script="/no/where.json"), "cannot read"),
    (Review(decision="edit", script="/no/where.md"), "cannot read"),
    (Review(decision="edit", script="{}"), "is no script"),
    (Review(decision="edit", script="## 1. A\n\n1. **Nobody:** Hello there."), "'Nobody', who is not among"),
]


async def test_an_answer_that_cannot_be_used_is_asked_again_with_the_reason(make):
    reviewer = Reviewer(*(answer for answer, _ in UNUSABLE))
    await make(reviewer, writer="offline")
    first, *others = reviewer.drafts
    assert not first.fault
    for (_, fault), draft in zip(UNUSABLE, others, strict=True):
        assert fault in draft.fault


async def test_a_function_that_never_gives_a_usable_answer_ends_the_run(make):
    with pytest.raises(ScriptError, match=r"20 answers .* could not be used; last: .*needs a note"):
        await make(Reviewer(*[Review(decision="reject")] * 20), writer="offline")


async def test_a_draft_without_a_model_cannot_follow_a_note(make):
    reviewer = Reviewer(Review(decision="reject", note="Better."))
    await make(reviewer, writer="offline")
    assert "alone can follow a note" in reviewer.drafts[1].fault


async def test_without_a_reviewer_nothing_is_paid_for(make):
    with pytest.raises(RequestError, match="nobody to review"):
        await make(None)
    assert make.server.calls.count("chat") == 0


async def test_a_page_comes_back_as_it_went_out(make):
    reviewer = Reviewer()
    await make(reviewer, writer="offline")
    script = reviewer.drafts[0].script
    assert read_page(script_page(script), script) == script

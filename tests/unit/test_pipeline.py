"""The order of the run, and what happens when a stage fails."""

import asyncio

import pytest

from podloom.domain import ChapterPlan, ChapterScript, Outline
from podloom.errors import SpeechError
from podloom.pipeline import make_episode

OUTLINE = Outline(
    title="t",
    summary="s",
    chapters=tuple(ChapterPlan(index=i, title=f"c{i}", key_points=("p",), words=10) for i in range(3)),
)


class Recorded:
    """Stages that only note what happened, and meet where they have to run at the same time."""

    def __init__(self, failing: int | None = None):
        self.events: list[str] = []
        self.failing = failing
        self.together = asyncio.Barrier(4)

    async def read_sources(self):
        self.events.append("sources")
        return ()

    async def review_script(self, write):
        self.events.append("review")

    async def write_outline(self, documents):
        self.events.append("outline")
        return OUTLINE

    async def write_chapter(self, documents, outline, chapter):
        await self.together.wait()  # all chapters and the mix have started
        if chapter.index == self.failing:
            raise SpeechError("chapter 2, line 1: no sound")
        if self.failing is not None:
            await self.until_cancelled(f"chapter {chapter.index}")
        return ChapterScript(index=chapter.index, title=chapter.title, segments=())

    async def assemble_episode(self, outline):
        await self.together.wait()
        if self.failing is not None:
            await self.until_cancelled("mix")
        self.events.append("mix")
        return "the mix"

    async def until_cancelled(self, name):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.events.append(f"stopped {name}")
            raise

    async def publish_episode(self, outline, script, mix):
        self.events.append(f"publish {script} with {mix}")
        return "the episode"

    async def save_episode(self, episode, script, mix):
        self.events.append(f"save {episode}")

    def script(self, outline, chapters):
        return "-".join(str(chapter.index) for chapter in chapters)


async def test_chapters_and_mix_run_together_and_the_rest_in_order():
    stages = Recorded()
    assert await make_episode(stages) == "the episode"
    assert stages.events == [
        "sources",
        "review",
        "outline",
        "mix",
        "publish 0-1-2 with the mix",
        "save the episode",
    ]


async def test_a_failing_chapter_stops_the_others_and_is_raised_as_itself():
    stages = Recorded(failing=1)
    with pytest.raises(SpeechError, match="chapter 2, line 1"):
        await make_episode(stages)
    assert sorted(stages.events[3:]) == ["stopped chapter 0", "stopped chapter 2", "stopped mix"]

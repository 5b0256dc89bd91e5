"""Stage: the outline, remembered in the structure tier. Its plan is there before its details."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, cast

from podloom.cache.keys import cache_key
from podloom.domain import ChapterPlan, Outline, SourceDocument
from podloom.domain.progress import count_of
from podloom.stages.later import load_later
from podloom.stages.planning import CompleteOutline, OutlineInProgress
from podloom.stages.remembered import fits
from podloom.stages.run import Run

STRUCTURE_FIELDS = {"title", "language", "format", "minutes", "chapters", "podcast", "instructions", "seed"}


async def write_outline(run: Run, documents: tuple[SourceDocument, ...]) -> Outline:
    """The plan of the episode, from the cache or from the writer; details go on being made.

    Raises:
        ScriptError: The writer's answers stayed unusable.
        ProviderError: Its server failed.
    """
    run.telemetry.report(stage="outline", message="Planning the chapters")
    await run.planning.close()  # of a try that failed
    run.planning = OutlineInProgress()
    run.planning.start(_make_outline(run, documents, run.planning))
    outline = await run.planning.plan()
    run.telemetry.asked.set()  # also where it was remembered
    run.telemetry.report(
        stage="script",
        message=f"Writing {count_of(len(outline.chapters), 'chapter')}",
        chapters=len(outline.chapters),
    )
    return outline


async def chapter_details(run: Run, chapter: int) -> ChapterPlan:
    """What a chapter of the plan tells in detail, as soon as that is known.

    Raises:
        ScriptError: The writer's answers stayed unusable.
        ProviderError: Its server failed.
    """
    return await run.planning.details(chapter)


async def _make_outline(run: Run, documents: tuple[SourceDocument, ...], planning: OutlineInProgress) -> None:
    """Plan and details, part by part from the writer, or all at once from the cache."""

    async def write() -> None:
        # Every writer's parts are an async generator: closing it ends the call.
        parts = cast("Any", run.writer.write_outline(run.brief, documents))
        async with aclosing(parts):
            async for part in parts:
                planning.put(part)
        run.telemetry.asked.set()  # also by a writer who asks nobody

    async def load() -> None:
        # Imports take the interpreter from whoever is about to ask the model.
        await run.telemetry.asked.wait()
        await asyncio.to_thread(load_later, run.request)

    async def make() -> bytes:
        await write()
        return planning.complete().model_dump_json().encode()

    loading = asyncio.create_task(load())
    try:
        made = await run.cache.get_or_make(
            "structure", outline_key(run, documents), make, fits(CompleteOutline)
        )
        if not made.hit:
            await loading
    finally:
        loading.cancel()
    if made.hit:
        remembered = CompleteOutline.model_validate_json(made.value)
        planning.put(remembered.plan)
        for chapter in remembered.chapters:
            planning.put(chapter)


def outline_key(run: Run, documents: tuple[SourceDocument, ...]) -> str:
    """Everything that changes an outline."""
    rejected = {"rejections": [one.model_dump() for one in run.rejections]} if run.rejections else {}
    return cache_key(
        "structure",
        writer=run.writer.fingerprint,
        request=run.request.model_dump(mode="json", include=STRUCTURE_FIELDS),
        speakers=[[speaker.name, speaker.role] for speaker in run.speakers],
        words=run.brief.words,
        sources=[document.sha256 for document in documents],
        **rejected,
    )

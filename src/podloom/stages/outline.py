"""Stage: the outline, remembered in the structure tier."""

from __future__ import annotations

from podloom.cache.keys import cache_key
from podloom.domain import Outline, SourceDocument
from podloom.stages.run import Run

STRUCTURE_FIELDS = {"title", "language", "format", "minutes", "podcast", "instructions", "seed"}


async def write_outline(run: Run, documents: tuple[SourceDocument, ...]) -> Outline:
    """The outline of the episode, from the cache or from the writer.

    Raises:
        ScriptError: The writer's answers stayed unusable.
        ProviderError: Its server failed.
    """
    run.telemetry.report(stage="outline", message="Planning the chapters")

    async def make() -> bytes:
        outline = await run.writer.write_outline(run.brief, documents)
        return outline.model_dump_json().encode()

    made = await run.cache.get_or_make("structure", outline_key(run, documents), make)
    outline = Outline.model_validate_json(made.value)
    run.telemetry.report(
        stage="script",
        message=f"Writing {len(outline.chapters)} chapters",
        chapters=len(outline.chapters),
    )
    return outline


def outline_key(run: Run, documents: tuple[SourceDocument, ...]) -> str:
    """Everything that changes an outline."""
    return cache_key(
        "structure",
        writer=run.writer.fingerprint,
        request=run.request.model_dump(mode="json", include=STRUCTURE_FIELDS),
        speakers=[[speaker.name, speaker.role] for speaker in run.speakers],
        words=run.brief.words,
        sources=[document.sha256 for document in documents],
    )

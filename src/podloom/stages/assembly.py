"""Stage: the mix, fed in playback order while later clips are still being made."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from podloom.domain import Mix, Outline
from podloom.stages.mixes import Line, mix_key, recall_mix, remember_mix
from podloom.stages.run import Run, VoicedLine

if TYPE_CHECKING:
    from podloom.audio.assembly import Assembly


PATIENCE_S = 0.3
"""A run that finds all its clips in the cache has them by then; one that does not loses nothing by waiting,
because the mixer is many times faster than the voices."""


async def assemble_episode(run: Run, outline: Outline) -> Mix:
    """Mix the chapters as they are completed; files lie in the run's partial folder afterwards.

    Raises:
        AudioError: Mixing or encoding failed.
        OutputError: There is no room for the result.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            run.mix_key = mix_key(run, outline, await _lines(run, outline))
            mix = await asyncio.to_thread(recall_mix, run, run.mix_key)
            run.telemetry.counters["cache.mix.hit" if mix else "cache.mix.miss"] += 1
            if mix is not None:
                return mix
    mix = await _mix(run, outline)
    run.mix_key = mix_key(run, outline, await _lines(run, outline))
    await asyncio.to_thread(remember_mix, run, run.mix_key, mix)
    return mix


async def _lines(run: Run, outline: Outline) -> list[list[Line]]:
    """Every segment with its clip, by chapter, when all are there."""
    chapters: list[list[Line]] = []
    for chapter in outline.chapters:
        lines = await asyncio.shield(run.chapter_lines(chapter.index))
        chapters.append([(line.segment, await asyncio.shield(line.clip)) for line in lines])
    return chapters


async def _mix(run: Run, outline: Outline) -> Mix:
    loop = asyncio.get_running_loop()
    # One thread for the whole mix: the mixer is not shared, and the event loop never waits for it.
    with ThreadPoolExecutor(1, thread_name_prefix="mix") as pool:
        assembly = await loop.run_in_executor(pool, partial(_open, run))
        try:
            for chapter in outline.chapters:
                lines = await asyncio.shield(run.chapter_lines(chapter.index))
                await loop.run_in_executor(pool, assembly.open_chapter, chapter.title)
                for line in lines:
                    await _add(run, pool, assembly, line)
            run.telemetry.report(stage="mix", message="Closing the file")
            return await loop.run_in_executor(pool, assembly.close)
        except BaseException:
            await asyncio.shield(loop.run_in_executor(pool, assembly.abort))
            raise


async def _add(run: Run, pool: ThreadPoolExecutor, assembly: Assembly, line: VoicedLine) -> None:
    clip = await asyncio.shield(line.clip)  # the chapter owns it: only the chapter cancels it
    samples, sample_rate = await run.clips.read(clip.sha256)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(pool, assembly.add, line.segment, samples, sample_rate)


def _open(run: Run) -> Assembly:
    from podloom.audio.assembly import Assembly  # noqa: PLC0415 - scipy: half a second, while the model writes

    request = run.request
    return Assembly(
        run.partial,
        request.formats,
        run.settings.audio,
        music=request.music,
        intro=Path(request.intro) if request.intro else None,
        outro=Path(request.outro) if request.outro else None,
        seed=request.seed,
    )

"""Stage: the mix, fed in playback order while later clips are still being made."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from podloom.domain import Clip, Mix, Outline
from podloom.stages.lines import ChapterLines, LinesWithdrawnError, VoicedLine
from podloom.stages.mixes import Line, mix_key, recall_mix, remember_mix
from podloom.stages.run import Run

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
    with suppress(TimeoutError, LinesWithdrawnError):
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
        lines = run.lines(chapter.index)
        chapters.append([(line.segment, await _clip(lines, line)) async for line in lines.read()])
    return chapters


async def _mix(run: Run, outline: Outline) -> Mix:
    """The mix; begun again when lines that are in it are withdrawn, which costs seconds and is rare."""
    while True:
        with suppress(LinesWithdrawnError):
            return await _mix_once(run, outline)
        run.telemetry.counters["mix.restarts"] += 1


async def _mix_once(run: Run, outline: Outline) -> Mix:
    loop = asyncio.get_running_loop()
    # One thread for the whole mix: the mixer is not shared, and the event loop never waits for it.
    with ThreadPoolExecutor(1, thread_name_prefix="mix") as pool:
        assembly = await loop.run_in_executor(pool, partial(_open, run))
        try:
            for chapter in outline.chapters:
                await loop.run_in_executor(pool, assembly.open_chapter, chapter.title)
                lines = run.lines(chapter.index)
                async for line in lines.read():
                    clip = await _clip(lines, line)
                    samples, sample_rate = await run.clips.read(clip.sha256)
                    await loop.run_in_executor(pool, assembly.add, line.segment, samples, sample_rate)
            run.telemetry.report(stage="mix", message="Closing the file")
            return await loop.run_in_executor(pool, assembly.close)
        except BaseException as error:
            run.failing |= not isinstance(error, asyncio.CancelledError | LinesWithdrawnError)
            await asyncio.shield(loop.run_in_executor(pool, assembly.abort))
            raise


async def _clip(lines: ChapterLines, line: VoicedLine) -> Clip:
    """The line's clip. The chapter owns it: it says what went wrong, and perhaps tries again."""
    seen = lines.withdrawals
    await asyncio.wait([line.clip])
    if line.clip.cancelled() or line.clip.exception() is not None:
        await lines.withdrawn(after=seen)
        raise LinesWithdrawnError
    return line.clip.result()


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

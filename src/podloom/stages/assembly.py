"""Stage: the mix, fed in playback order while later clips are still being made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from podloom.domain import Clip, EpisodeRequest, Measurement, Mix, Outline
from podloom.stages.ahead import one_ahead
from podloom.stages.cores import MixerCalls
from podloom.stages.lines import ChapterLines, LinesWithdrawnError, VoicedLine
from podloom.stages.live import Live, live_stream
from podloom.stages.mixes import Line, mix_key, recall_mix, remember_measurement, remember_mix
from podloom.stages.run import Run

if TYPE_CHECKING:
    from podloom.audio.arrangement import Line as Prepared
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
    if (mix := await _remembered(run, outline)) is not None:
        return mix
    mix, measured = await _mix(run, outline)
    run.mix_key = mix_key(run, outline, await _lines(run, outline))
    await asyncio.to_thread(remember_mix, run, run.mix_key, mix)
    if measured is not None:
        remember_measurement(run, run.mix_key, measured)
    return mix


async def _remembered(run: Run, outline: Outline) -> Mix | None:
    """The mix of an earlier run, if all clips are there at once.

    The patience is for the clips alone: what was found is copied to where a new mix would be written.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            lines = await _lines(run, outline)
    except (TimeoutError, LinesWithdrawnError):
        return None
    run.mix_key = mix_key(run, outline, lines)
    mix = await asyncio.to_thread(recall_mix, run, run.mix_key)
    run.telemetry.counters["cache.mix.hit" if mix else "cache.mix.miss"] += 1
    return mix


def load_mixer(request: EpisodeRequest) -> None:
    """Import what the mix needs and compose its music, while there is nothing to mix yet."""
    from podloom.audio.assembly import Assembly  # noqa: F401, PLC0415 - loaded here, for those who mix
    from podloom.audio.theme import SCORES, theme  # noqa: PLC0415 - as above

    for piece in SCORES if request.music else ():
        theme(piece)


async def _lines(run: Run, outline: Outline) -> list[list[Line]]:
    """Every segment with its clip, by chapter, when all are there."""
    chapters: list[list[Line]] = []
    for chapter in outline.chapters:
        lines = run.lines(chapter.index)
        chapters.append([(line.segment, await _clip(lines, line)) async for line in lines.read()])
    return chapters


async def _mix(run: Run, outline: Outline) -> tuple[Mix, Measurement | None]:
    """The mix; begun again when lines that are in it are withdrawn, which costs seconds and is rare."""
    with live_stream(run, outline) as live:
        while True:
            with suppress(LinesWithdrawnError):
                return await _mix_once(run, outline, live)
            run.telemetry.counters["mix.restarts"] += 1


async def _mix_once(run: Run, outline: Outline, live: Live) -> tuple[Mix, Measurement | None]:
    mixer = MixerCalls()
    opened: list[Assembly] = []
    try:
        await mixer.call(lambda: opened.append(_open(run, live)))
        (assembly,) = opened
        for chapter in outline.chapters:
            await mixer.call(assembly.open_chapter, chapter.title)
            async with aclosing(one_ahead(_prepared(run, run.lines(chapter.index)))) as lines:
                async for line in lines:
                    await mixer.call(assembly.add_line, line)
        run.telemetry.report(stage="mix", message="Closing the file")
        live.close_mix()
        return await mixer.call(assembly.close), assembly.measurement
    except BaseException:
        # Also one that was being opened when the run was stopped.
        await mixer.end(lambda: _abort(opened))
        raise


async def _prepared(run: Run, lines: ChapterLines) -> AsyncGenerator[Prepared, None]:
    """A chapter's lines as the mixer takes them, in order."""
    from podloom.audio.assembly import prepared  # noqa: PLC0415 - see load_mixer

    async for line in lines.read():
        clip = await _clip(lines, line)
        samples, sample_rate = await run.clips.read(clip.sha256)
        yield await asyncio.to_thread(prepared, line.segment, samples, sample_rate)


async def _clip(lines: ChapterLines, line: VoicedLine) -> Clip:
    """The line's clip. The chapter owns it: it says what went wrong, and perhaps tries again."""
    seen = lines.withdrawals
    await asyncio.wait([line.clip])
    if line.clip.cancelled() or line.clip.exception() is not None:
        await lines.withdrawn(after=seen)
        raise LinesWithdrawnError
    return line.clip.result()


def _abort(opened: Sequence[Assembly]) -> None:
    for assembly in opened:
        assembly.abort()


def _open(run: Run, live: Live) -> Assembly:
    from podloom.audio.assembly import Assembly  # noqa: PLC0415 - see load_mixer

    request = run.request
    return Assembly(
        run.partial,
        request.formats,
        run.settings.audio,
        music=request.music,
        intro=Path(request.intro) if request.intro else None,
        outro=Path(request.outro) if request.outro else None,
        seed=request.seed,
        tap=live.tap(),
    )

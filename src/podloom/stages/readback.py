"""Reading back: what a recogniser hears in the clips, compared with the script. Reports only."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from statistics import fmean

from podloom.cache.keys import cache_key
from podloom.domain import Clip, Frozen, Script, Segment
from podloom.domain.progress import count_of
from podloom.errors import PodloomError
from podloom.stages import shared
from podloom.stages.run import Run
from podloom.stt.compare import character_error_rate, word_error_rate
from podloom.stt.transcriber import Transcription
from podloom.text.normalize import normalize

LEAST_S = 120.0
PER_SECOND = 2.0
"""Reading back may take LEAST_S, or this many times the clips' duration if that is longer."""
WRONG = 0.3
"""A line with a rate above this is noted; recognisers miss a name or two in any line."""
NOTED = 5


class LineHeard(Frozen):
    """One line as it was heard."""

    chapter: int
    line: int
    """Both counted from one."""
    speaker: str
    wer: float
    """Word error rate, 0 is perfect."""
    cer: float
    """Character error rate, the one to look at for Korean."""
    heard: str


class ReadBack(Frozen):
    """What came of it, for the manifest."""

    transcriber: str
    wer: float | None
    """Mean of the lines that were read back; None when none was."""
    cer: float | None
    lines: tuple[LineHeard, ...]
    unread: int
    """Lines for which there was no time, or that the recogniser gave up on."""


async def read_back(run: Run, script: Script) -> None:
    """Read back every line; the result is left in the run and in its notes."""
    run.telemetry.report(message="Reading the clips back")
    transcriber = shared.transcriber(run.settings)
    clips = await _clips(run, script)
    lines: list[LineHeard] = []
    limit_s = max(LEAST_S, PER_SECOND * sum(clip.duration_s for _, clip in clips))
    problems: list[str] = []
    try:
        async with asyncio.timeout(limit_s):
            for segment, clip in clips:
                try:
                    lines.append(_compared(run, segment, await _heard(run, clip)))
                except PodloomError as error:
                    problems.append(f"{segment.label}: {error}")
    except TimeoutError:
        problems.append(f"there was no more time after {limit_s:.0f} s")
    run.read_back = ReadBack(
        transcriber=transcriber.version,
        wer=_mean([line.wer for line in lines]),
        cer=_mean([line.cer for line in lines]),
        lines=tuple(lines),
        unread=len(clips) - len(lines),
    )
    _note(run, run.read_back, problems)


async def _clips(run: Run, script: Script) -> list[tuple[Segment, Clip]]:
    lines = [line for chapter in script.chapters for line in run.lines(chapter.index).known()]
    return [(line.segment, await line.clip) for line in lines]


async def _heard(run: Run, clip: Clip) -> str:
    """The words in a clip, from the transcription tier or from the recogniser."""
    transcriber, language = shared.transcriber(run.settings), run.request.language

    async def make() -> bytes:
        return (await transcriber.transcribe(Path(clip.path), language)).model_dump_json().encode()

    key = cache_key("transcription", clip=clip.sha256, language=language, version=transcriber.version)
    made = await run.cache.get_or_make("transcription", key, make)
    return Transcription.model_validate_json(made.value).text


def _compared(run: Run, segment: Segment, heard: str) -> LineHeard:
    spoken = partial(normalize, language=run.request.language)
    return LineHeard(
        chapter=segment.chapter + 1,
        line=segment.index + 1,
        speaker=segment.speaker,
        wer=round(word_error_rate(segment.text, heard, spoken), 3),
        cer=round(character_error_rate(segment.text, heard, spoken), 3),
        heard=heard,
    )


def _mean(rates: list[float]) -> float | None:
    return round(fmean(rates), 3) if rates else None


def _note(run: Run, result: ReadBack, problems: list[str]) -> None:
    """The worst lines, by the rate that fits the language."""
    kind = "cer" if run.request.language == "ko" else "wer"
    worst = sorted(result.lines, key=lambda line: getattr(line, kind), reverse=True)[:NOTED]
    for line in worst:
        rate = getattr(line, kind)
        if rate > WRONG:
            run.telemetry.note(
                f"chapter {line.chapter}, line {line.line} ({line.speaker}) was heard as "
                f"{line.heard[:100]!r} ({kind.upper()} {rate:.0%}); listen to it"
            )
    if result.unread:
        unread = count_of(result.unread, "line was", "lines were")
        run.telemetry.note(f"{unread} not read back: {'; '.join(problems[:3])}")

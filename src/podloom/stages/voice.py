"""Stage: the clip of one segment, from the tts tier or from the speech queue."""

from __future__ import annotations

import asyncio
import json
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import get_args

from podloom.cache.keys import cache_key
from podloom.domain import Clip, Priority, Segment
from podloom.errors import SpeechError
from podloom.stages.patience import nearly_done
from podloom.stages.run import Run
from podloom.text.normalize import normalize
from podloom.tts.check import Checked, checked_clip
from podloom.tts.engine import direction

PRIORITIES = get_args(Priority)
PLACES_PER_CHAPTER = 10_000
"""Playback position of a line: chapters first, then lines."""


async def voice_segment(run: Run, segment: Segment) -> Clip:
    """The clip of `segment`.

    Raises:
        SpeechError: The line cannot be voiced; the message names it.
        ProviderError: The speech server failed.
    """
    text = normalize(segment.text, run.request.language, pronunciations=run.settings.speech.pronunciations)
    key = _key(run, segment, text)

    async def make() -> bytes:
        return json.dumps(await _synthesize(run, segment, text)).encode()

    made = await run.cache.get_or_make("tts", key, make)
    entry = json.loads(made.value)
    clip = await run.clips.get(entry["sha256"])
    if clip is None:  # the entry outlived its file
        await run.cache.delete("tts", key)
        made = await run.cache.get_or_make("tts", key, make)
        entry = json.loads(made.value)
        clip = await run.clips.get(entry["sha256"])
    if clip is None:
        raise SpeechError(f"{segment.label}: its clip vanished from {run.settings.clip_folder} while in use")
    if entry.get("voiced_by"):
        run.telemetry.note(f"{segment.label} ({segment.speaker}) was voiced by {entry['voiced_by']}")
    _tell(run, clip, hit=made.hit)
    return clip.model_copy(update={"cached": made.hit})


def _key(run: Run, segment: Segment, text: str) -> str:
    """Everything that changes the sound of a line; not who says it, but with which voice."""
    voice = run.speaker(segment.speaker).voice
    directed = direction(run.engine, segment.delivery)
    return cache_key(
        "tts",
        engine=run.engine.name,
        version=run.engine.version,
        voice=voice.id,
        language=voice.language,
        text=text,
        seed=run.request.seed,
        **({"direction": directed} if directed else {}),
    )


async def _synthesize(run: Run, segment: Segment, text: str) -> dict[str, str]:
    """The cache entry of a new clip; `voiced_by` when the fallback engine had to."""
    voice = run.speaker(segment.speaker).voice
    fallback = (run.fallback, run.understudies[segment.speaker]) if run.fallback else None

    async def job() -> dict[str, str]:
        try:
            made = await checked_clip(
                run.engine,
                text,
                voice,
                seed=run.request.seed,
                delivery=segment.delivery,
                fallback=fallback,
            )
        except SpeechError as error:
            raise SpeechError(f"{segment.label} ({segment.speaker}): {error}") from error
        _tell_faults(run, segment, made)
        clip = await run.clips.put(made.audio.samples, made.audio.sample_rate)
        stands_in = made.voice != voice
        voiced_by = {"voiced_by": f"{made.voice.engine} voice {made.voice.id!r}"} if stands_in else {}
        return {"sha256": clip.sha256, **voiced_by}

    position = segment.chapter * PLACES_PER_CHAPTER + segment.index

    async def call() -> dict[str, str]:
        async with _slot(run):
            run.paying.add(asyncio.current_task())
            return await nearly_done(job())

    made = await run.queue.submit(call, priority=run.request.priority, position=position, episode=run.id)
    run.telemetry.counters["speech.calls"] += 1
    run.telemetry.counters["speech.characters"] += len(text)
    return made


def _slot(run: Run) -> AbstractAsyncContextManager[None]:
    """One of the fleet's calls at once; the queue has bounded those of this process before."""
    if run.slots is None:
        return nullcontext()
    return run.slots.slot(PRIORITIES.index(run.request.priority))


def _tell_faults(run: Run, segment: Segment, made: Checked) -> None:
    if not made.faults:
        return
    run.telemetry.counters["speech.faulty_clips"] += len(made.faults)
    run.telemetry.counters["speech.remade_lines"] += 1
    run.telemetry.note(f"{segment.label} ({segment.speaker}) was made again: {' / '.join(made.faults)}")


def _tell(run: Run, clip: Clip, *, hit: bool) -> None:
    progress = run.telemetry.progress
    run.telemetry.report(
        message="Writing and voicing" if progress.chapters_done < progress.chapters else "Voicing",
        segments_done=progress.segments_done + 1,
        audio_s=progress.audio_s + clip.duration_s,
        cache_hits=progress.cache_hits + hit,
    )

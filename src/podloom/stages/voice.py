"""Stage: the clip of one segment, from the tts tier or from the speech queue."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property, partial

from podloom.cache.keys import cache_key
from podloom.domain import Clip, Delivery, Segment, Voice
from podloom.domain.events import LineVoiced
from podloom.errors import ProviderError, SpeechError
from podloom.stages.patience import nearly_done
from podloom.stages.pronouncing import lexicon_of, spoken_by
from podloom.stages.remembered import ClipEntry, fits
from podloom.stages.run import Run
from podloom.tracing import span
from podloom.tts.check import Checked, FaultyError, checked_clip
from podloom.tts.engine import SpeechEngine, direction
from podloom.tts.queue import queue_for

PLACES_PER_CHAPTER = 10_000
"""Playback position of a line: chapters first, then lines."""
LATER = 5_000
"""Place of lines whose turn is not known yet: behind those that are known, before the next chapter."""


async def voice_segment(run: Run, segment: Segment, place: int | None = None) -> Clip:
    """The clip of `segment`; its place within its chapter, in the queue, is its index if nothing is said.

    Raises:
        SpeechError: The line cannot be voiced; the message names it.
        ProviderError: The speech server failed, and no fallback engine is set; or it refuses the call.
    """
    with span("clip", engine=run.engine.name, chapter=segment.chapter + 1) as tell:
        clip = await _voiced(run, segment, segment.index if place is None else place)
        tell(cached=clip.cached, duration_s=clip.duration_s)
    return clip


async def _voiced(run: Run, segment: Segment, place: int) -> Clip:
    """By the run's engine; by the fallback while the engine's server is down."""
    speaker = run.speaker(segment.speaker)
    fallback = (run.fallback, run.understudies[speaker.name]) if run.fallback else None
    part = _Part(run, segment, place, run.engine, speaker.voice, fallback)
    try:
        return await part.clip()
    except ProviderError as error:
        if fallback is None or not error.retryable:
            raise
        if error is not run.outage.error:
            run.outage.begin(error)
        run.telemetry.note(f"{run.engine.name} is down, so {fallback[0].name} speaks meanwhile: {error}")
    run.telemetry.counters["speech.stand_in_lines"] += 1
    return await _Part(run, segment, place, *fallback).clip()


@dataclass(frozen=True)
class _Part:
    """A line, and who is to speak it."""

    run: Run
    segment: Segment
    place: int
    """In the queue, within its chapter."""
    engine: SpeechEngine
    voice: Voice
    fallback: tuple[SpeechEngine, Voice] | None = None
    """For what the engine does not get right."""

    async def clip(self) -> Clip:
        """From the tts tier, or new."""
        run, segment, key = self.run, self.segment, self._key()
        new: Clip | None = None

        async def make() -> bytes:
            nonlocal new
            entry, new = await self._synthesize()
            return json.dumps(entry).encode()

        made = await run.cache.get_or_make("tts", key, make, fits(ClipEntry))
        entry = ClipEntry.model_validate_json(made.value)
        clip = new or await run.clips.get(entry.sha256)
        if clip is None:  # the entry outlived its file
            await run.cache.delete("tts", key)
            made = await run.cache.get_or_make("tts", key, make, fits(ClipEntry))
            entry = ClipEntry.model_validate_json(made.value)
            clip = await run.clips.get(entry.sha256)
        if clip is None:
            folder = run.settings.clip_folder
            raise SpeechError(f"{segment.label}: its clip vanished from {folder} while in use")
        voiced_by = entry.voiced_by or ("" if self._is_cast else _named(self.voice))
        if voiced_by:
            run.telemetry.note(f"{segment.label} ({segment.speaker}) was voiced by {voiced_by}")
        if entry.suspicion:
            run.suspicions[segment.speaker, segment.text] = entry.suspicion
            run.telemetry.note(f"{segment.label} ({segment.speaker}) may sound wrong: {entry.suspicion}")
        _tell(run, segment, clip, hit=made.hit)
        return clip.model_copy(update={"cached": made.hit})

    @cached_property
    def text(self) -> str:
        """Normalised for speech, as the engine takes it."""
        lexicon = lexicon_of(self.run.request, self.run.settings)
        return spoken_by(self.engine, self.segment.text, self.run.request.language, lexicon)

    @property
    def _is_cast(self) -> bool:
        return self.engine is self.run.engine

    @property
    def _delivery(self) -> Delivery:
        return self.segment.delivery.with_tone(self.run.speaker(self.segment.speaker).tone)

    def _key(self) -> str:
        """Everything that changes the sound of a line; not who says it, but with which voice."""
        directed = direction(self.engine, self._delivery)
        return cache_key(
            "tts",
            engine=self.engine.name,
            version=self.engine.version,
            voice=self.voice.id,
            language=self.voice.language,
            text=self.text,
            seed=self.run.request.seed,
            **({"direction": directed} if directed else {}),
        )

    async def _synthesize(self) -> tuple[dict[str, str], Clip]:
        """A new clip, and its cache entry; `voiced_by` when the fallback engine had to."""
        segment = self.segment
        self._refuse_while_down()
        try:
            return await self._sound()
        except SpeechError as error:
            raise SpeechError(f"{segment.label} ({segment.speaker}): {error}") from error

    def _count(self, engine: SpeechEngine) -> None:
        """One more clip from this engine, good or not."""
        counters = self.run.telemetry.counters
        counters["speech.calls"] += 1
        counters["speech.characters"] += len(self.text)
        counters["speech.paid_characters"] += len(self.text) if engine.remote else 0

    async def _sound(self) -> tuple[dict[str, str], Clip]:
        """By the engine, or by the fallback what stays faulty.

        The first one's turn is over then: whoever holds one engine's slot waits for no other's, and two that
        stand in for one another never wait for each other.
        """
        try:
            return await self._in_turn(self.engine, self.voice)
        except FaultyError as error:
            if self.fallback is None:
                raise
            return await self._in_turn(*self.fallback, error)

    async def _in_turn(
        self, engine: SpeechEngine, voice: Voice, before: FaultyError | None = None
    ) -> tuple[dict[str, str], Clip]:
        """By this engine, after another has failed if one has."""
        run, segment = self.run, self.segment
        queue = run.queue if engine is run.engine else queue_for(engine)
        turn = queue.turn(
            priority=run.request.priority,
            position=segment.chapter * PLACES_PER_CHAPTER + self.place,
            episode=run.id,
            deadline_s=run.due_s,
            gate=run.slots.get(engine),
        )
        async with turn as spoken:
            began_s = time.monotonic()
            if engine is self.engine:
                self._refuse_while_down()  # it may have failed while this line waited
            made = await nearly_done(self._speak(engine, voice, before))
            spoken()
            entry, clip = await nearly_done(self._keep(made))
            run.made_s[clip.sha256] = time.monotonic() - began_s
            return entry, clip

    async def _keep(self, made: Checked) -> tuple[dict[str, str], Clip]:
        """On disk and in the tts tier; within the line's turn, so that a kill loses a bounded number."""
        clip = await self.run.clips.put(made.audio.samples, made.audio.sample_rate)
        voiced_by = {"voiced_by": _named(made.voice)} if made.voice != self.voice else {}
        suspicion = {"suspicion": made.suspicion} if made.suspicion else {}
        entry = {"sha256": clip.sha256, **voiced_by, **suspicion}
        await self.run.cache.put("tts", self._key(), json.dumps(entry).encode())
        return entry, clip

    def _refuse_while_down(self) -> None:
        if self._is_cast and self.fallback is not None:
            self.run.outage.check()

    async def _speak(self, engine: SpeechEngine, voice: Voice, before: FaultyError | None) -> Checked:
        made = await checked_clip(
            engine,
            self.text,
            voice,
            seed=self.run.request.seed,
            delivery=self._delivery,
            before=before,
            last=before is not None or self.fallback is None,
            on_audio=partial(self._count, engine),
        )
        _tell_faults(self.run, self.segment, made)
        return made


def _named(voice: Voice) -> str:
    return f"{voice.engine} voice {voice.id!r}"


def _tell_faults(run: Run, segment: Segment, made: Checked) -> None:
    if not made.faults:
        return
    run.telemetry.counters["speech.faulty_clips"] += len(made.faults)
    if made.suspicion and len(made.faults) == 1:  # nobody could say it in another way
        return
    run.telemetry.counters["speech.remade_lines"] += 1
    run.telemetry.note(f"{segment.label} ({segment.speaker}) was made again: {' / '.join(made.faults)}")


def _tell(run: Run, segment: Segment, clip: Clip, *, hit: bool) -> None:
    run.telemetry.tell(
        LineVoiced(
            chapter=segment.chapter + 1,
            line=segment.index + 1 if segment.index < LATER else 0,
            speaker=segment.speaker,
            text=segment.text,
            duration_s=clip.duration_s,
            cached=hit,
            made_s=0.0 if hit else run.made_s.get(clip.sha256, 0.0),
        )
    )

"""Opening a run: everything that can be refused is refused here, before the first paid call."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, TypeVar

from podloom.audio.formats import check_formats
from podloom.cache.opening import open_cache, open_clips, open_slots
from podloom.cache.protocol import Cache
from podloom.domain import EpisodeRequest, Language, slug
from podloom.errors import PodloomError, ProviderError, RequestError
from podloom.metrics.recording import counted
from podloom.script.replay import ReplayWriter, load_script, replay_request
from podloom.script.select import build_writer
from podloom.script.writer import Writer
from podloom.settings import Settings
from podloom.stages import shared
from podloom.stages.alive import alive
from podloom.stages.ending import record_refusal, refused_end
from podloom.stages.folder import check_place, check_room, open_partial
from podloom.stages.origins import Origins, origins_beside
from podloom.stages.pronouncing import check_lexicon, lexicon_of
from podloom.stages.run import Run, episode_id
from podloom.stages.studio import Studio
from podloom.telemetry import Telemetry
from podloom.tracing import traced_run
from podloom.tts.casting import cast, choose_engine, hard_to_understand, toneless, understudies
from podloom.tts.engine import ServedEngine, SpeechEngine
from podloom.tts.queue import queue_for

if TYPE_CHECKING:
    from podloom.cache.slots import RedisSlots

T = TypeVar("T")


@asynccontextmanager
async def open_studio(
    request: EpisodeRequest, settings: Settings, telemetry: Telemetry, *, run_id: str | None = None
) -> AsyncIterator[Studio]:
    """The stages of one run, with all their tools; everything is given back at the end.

    Raises:
        RequestError: The request cannot be made.
        MissingDependencyError: It needs an extra that is not installed.
    """
    run_id = run_id or str(uuid.uuid4())
    here = alive(settings.home, run_id)
    with _nothing_left_of(Path(request.out)), counted(), here, traced_run() as tell:
        opening = meet_and_open(request, settings, telemetry, run_id)
        run = await before_opening(opening, request, settings, telemetry, run_id)
        tell(run=run.id, language=request.language, engine=run.engine.name, writer=run.writer.name)
        studio = Studio(run)
        try:
            await studio.start()
            yield studio
        except BaseException as error:
            await studio.ended(error)
            raise
        else:
            await studio.ended()
        finally:
            await studio.close()
            rmtree(run.partial, ignore_errors=True)


@contextmanager
def _nothing_left_of(out: Path) -> Iterator[None]:
    """Take the output folder away again if we made it and nothing came into it."""
    known = out.exists()
    try:
        yield
    finally:
        if not known:
            with suppress(OSError):
                out.rmdir()


async def before_opening(
    work: Coroutine[Any, Any, T],
    request: EpisodeRequest,
    settings: Settings,
    telemetry: Telemetry,
    run_id: str,
) -> T:
    """The result of what comes before the run is open; if that fails, the run is recorded as well."""
    try:
        return await work
    except BaseException as error:
        end = refused_end(request, telemetry, run_id, _engine_name(request, settings), error)
        await asyncio.shield(record_refusal(end, settings, telemetry))
        raise


def _engine_name(request: EpisodeRequest, settings: Settings) -> str:
    """Of the engine that would have spoken; "" if there is none."""
    try:
        return choose_engine(request, settings).name
    except PodloomError:
        return ""


async def meet_and_open(
    request: EpisodeRequest, settings: Settings, telemetry: Telemetry, run_id: str
) -> Run:
    """Check what needs nobody else, then ask for the voices, then build the run.

    Raises:
        RequestError: The request cannot be made.
        ProviderError: The speech server does not answer, and no fallback engine could speak instead.
    """
    asked = replay_request(request, load_script(Path(request.script))) if request.script else request
    await asyncio.to_thread(check_here, asked)
    choice = choose_engine(asked, settings)
    telemetry.note(f"voices: {choice.name} ({choice.reason})")
    await meet_voices(choice.name, asked.language, settings)
    return open_run(request, settings, telemetry, run_id)


def check_here(request: EpisodeRequest) -> None:
    """Refuse files, formats and places that cannot be used; no server hears of such a request."""
    if not request.script and not any(source.strip() for source in request.sources):
        raise RequestError("there is nothing to make an episode from; give a text, a file or an address")
    check_formats(request.formats)
    for path in filter(None, (request.intro, request.outro)):
        check_own_music(path)
    if request.cover:
        from podloom.publish.own_cover import check_cover  # noqa: PLC0415 - Pillow

        check_cover(Path(request.cover))
    out = Path(request.out)
    check_room(out, request.minutes)
    if request.title:  # else it is chosen by the writer, and looked at in the end
        final = out / slug(request.title)
        check_place(final, episode_id(request.podcast, request.title), request.title)


async def meet_voices(engine_name: str, language: Language, settings: Settings) -> None:
    """Ask for the voices, which the cast is chosen from, whoever takes time to tell them; once a process.

    A speech server of ours tells its own, and of some models the voices are known when they are loaded: that
    takes seconds, in which the other runs of this process go on.

    Raises:
        ProviderError: The server does not answer, and no fallback engine could speak instead.
        SpeechError: The model cannot be loaded.
    """
    for name in {engine_name, settings.speech.fallback_engine} - {""}:
        engine = shared.engine(name, settings)
        if not engine.remote:
            await asyncio.to_thread(engine.voices, language)
        elif settings.speech.base_url:
            try:
                await engine.load()
            except ProviderError as error:
                if not error.retryable or settings.speech.fallback_engine in {"", name}:
                    raise  # else the run notes it when it loads the engine


def open_run(request: EpisodeRequest, settings: Settings, telemetry: Telemetry, run_id: str) -> Run:
    """Cast the voices and build what the run needs; belongs to the running loop."""
    request, writer = _writer(request.dated(datetime.now(UTC)), settings, telemetry)
    choice = choose_engine(request, settings)
    engine = shared.engine(choice.name, settings)
    speakers = cast(request, engine)
    telemetry.note(f"writer: {writer.name}")
    ipa = check_lexicon(lexicon_of(request, settings), engine)
    for note in filter(None, (toneless(speakers, engine), hard_to_understand(speakers), ipa)):
        telemetry.note(note)
    fallback = _fallback(engine, settings)
    if settings.speech.read_back == "report":
        shared.transcriber(settings)  # what it lacks is said now
    cache = open_cache(
        settings, on_count=lambda name: telemetry.counters.update([name]), on_note=telemetry.note
    )
    return Run(
        id=run_id,
        request=request,
        settings=settings,
        telemetry=telemetry,
        writer=writer,
        engine=engine,
        engine_reason=choice.reason,
        speakers=speakers,
        queue=queue_for(engine),
        cache=cache,
        clips=open_clips(settings, cache),
        slots=fleet_slots(settings, filter(None, (engine, fallback)), cache),
        partial=open_partial(Path(request.out).resolve(), run_id),
        fallback=fallback,
        origins=origins_beside(request.script) if request.script else Origins(),
        understudies=understudies(speakers, fallback, request.language) if fallback else {},
    )


def _fallback(engine: SpeechEngine, settings: Settings) -> SpeechEngine | None:
    """The engine for lines that `engine` cannot voice; built now, so that what it lacks is known now."""
    name = settings.speech.fallback_engine
    return shared.engine(name, settings) if name and name != engine.name else None


def fleet_slots(
    settings: Settings, engines: Iterable[SpeechEngine], cache: Cache
) -> dict[SpeechEngine, RedisSlots]:
    """A remote engine's bound is its servers': all who share a Redis share it. Cores are each process's."""
    if not settings.cache.redis_url.get_secret_value():
        return {}
    found = {
        engine: _slots(engine, engine.servers, cache)
        for engine in engines
        if isinstance(engine, ServedEngine)
    }
    return {engine: slots for engine, slots in found.items() if slots is not None}


def _slots(engine: SpeechEngine, servers: Sequence[str], cache: Cache) -> RedisSlots | None:
    name = hashlib.sha256(",".join(servers).encode()).hexdigest()[:12]
    return open_slots(cache, f"speech:{engine.name}:{name}", engine.concurrency)


def check_own_music(path: str) -> None:
    """See that a jingle can be used; pydub is only loaded when there is one."""
    from podloom.audio.music import check_music  # noqa: PLC0415 - pydub

    check_music(Path(path))


def _writer(
    request: EpisodeRequest, settings: Settings, telemetry: Telemetry
) -> tuple[EpisodeRequest, Writer]:
    """Who writes; an edited script decides what the request leaves open."""
    if request.script:
        script = load_script(Path(request.script))
        return replay_request(request, script), ReplayWriter(script)
    return request, build_writer(request, settings, telemetry)

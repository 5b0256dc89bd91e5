"""The speech server: one engine behind OpenAI's /v1/audio/speech, bounded and in order.

    POST /v1/audio/speech    GET /v1/models    GET /v1/audio/voices      with the key, if there is one
    GET /health    GET /live    GET /metrics                             without

What a caller tells about its line (priority, episode, position) comes in headers, see tts/wire.py.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST
from starlette import routing
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from podloom.errors import PodloomError, ProviderError, SpeechError, VoiceError
from podloom.serving.speech_answer import SpokenAnswer
from podloom.serving.speech_desk import Desk
from podloom.serving.speech_metrics import SpeechMetrics
from podloom.serving.speech_order import Order, model_names, read_order
from podloom.serving.speech_refusals import BusyError, RefusedError, answer
from podloom.settings import Settings
from podloom.tts.engine import (
    Audio,
    DirectableEngine,
    SpeechEngine,
    StreamingEngine,
    TimbreEngine,
    speak_in_parts,
)
from podloom.tts.wire import OWNER, UNSPEAKABLE, Offer

_LOG = logging.getLogger(__name__)
Endpoint = Callable[[Request], Awaitable[Response]]
State = Literal["loading", "ready", "full", "draining"]
MOST_BYTES_A_CHARACTER = 12
"""In JSON: a surrogate pair, escaped."""
SLACK_BYTES = 64 * 1024
LOADING_S = 5.0


class SpeechService:
    """One engine and its desk; belongs to one event loop. `asgi` is what a server runs."""

    def __init__(self, engine: SpeechEngine, settings: Settings) -> None:
        self.engine = engine
        self.desk = Desk(engine.concurrency, settings.speechserver)
        self.metrics = SpeechMetrics(engine, self.desk)
        self._settings = settings.speechserver
        self._loaded = False
        self.asgi = Starlette(
            routes=[
                routing.Route("/v1/audio/speech", self._keyed(self._speech), methods=["POST"]),
                routing.Route("/v1/models", self._keyed(self._models)),
                routing.Route("/v1/audio/voices", self._keyed(self._voices)),
                routing.Route("/health", self._health),
                routing.Route("/live", self._live),
                routing.Route("/metrics", self._metrics),
            ],
            exception_handlers={HTTPException: answer},
        )

    @property
    def state(self) -> State:
        """What a load balancer wants to know."""
        if self.desk.draining:
            return "draining"
        if not self._loaded:
            return "loading"
        return "full" if self.desk.full else "ready"

    async def load(self) -> None:
        """Load the engine; calls are sent away until then.

        Raises:
            PodloomError: The engine cannot be used.
        """
        await self.engine.load()
        self._loaded = True

    async def speak(self, order: Order, put: Callable[[Audio], None]) -> None:
        """Speak the order when it is its turn, part by part.

        Raises:
            RefusedError: There is no room, or the engine could not speak it.
        """
        outcome, waited_s, audio_s, start_s = "failed", 0.0, 0.0, time.monotonic()

        def started(after_s: float) -> None:
            nonlocal waited_s
            waited_s = after_s
            self.metrics.waited.observe(after_s)

        async def job() -> None:
            nonlocal audio_s
            spoken = speak_in_parts(self.engine, order.text, order.voice, order.delivery, seed=order.seed)
            async with aclosing(spoken) as parts:
                async for part in parts:
                    audio_s += part.duration_s
                    put(part)

        try:
            await self.desk.speak(job, order.place, started)
            outcome = "spoken"
        except asyncio.CancelledError:
            outcome = "left"
            raise
        except BusyError:
            outcome = "busy"
            raise
        except PodloomError as error:
            raise _refusal(error) from error
        finally:
            self._record(order, outcome, waited_s, time.monotonic() - start_s - waited_s, audio_s)

    def _record(self, order: Order, outcome: str, waited_s: float, took_s: float, audio_s: float) -> None:
        self.metrics.calls.labels(outcome).inc()
        if outcome == "spoken":
            self.metrics.spoke.observe(took_s)
            self.metrics.audio.inc(audio_s)
            self.metrics.characters.inc(len(order.text))
        _LOG.info(
            "%s clip %s episode %s position %g: %d characters, waited %.3f s, took %.3f s, %.2f s of sound",
            outcome,
            digest(order),
            order.place.episode or "-",
            order.place.position,
            len(order.text),
            waited_s,
            took_s,
            audio_s,
        )

    def _keyed(self, endpoint: Endpoint) -> Endpoint:
        key = self._settings.api_key.get_secret_value().encode()

        async def checked(request: Request) -> Response:
            given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
            if key and not secrets.compare_digest(given, key):
                raise RefusedError(401, "Incorrect API key provided.", code="invalid_api_key")
            return await endpoint(request)

        return checked

    async def _speech(self, request: Request) -> Response:
        try:
            body = await self._body(request)
            if not self._loaded:
                raise BusyError(503, "The voices are being loaded.", code="loading", retry_after_s=LOADING_S)
            order = read_order(body, request.headers, self.engine, self._settings.max_characters)
        except RefusedError:
            self.metrics.calls.labels("refused").inc()
            raise
        return SpokenAnswer(order, self.speak, streams=isinstance(self.engine, StreamingEngine))

    async def _body(self, request: Request) -> bytes:
        limit = self._settings.max_characters * MOST_BYTES_A_CHARACTER + SLACK_BYTES
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise RefusedError(413, f"The request has more than {limit} bytes.")
        return body

    async def _models(self, _: Request) -> Response:
        listed = [
            {"id": name, "object": "model", "created": 0, "owned_by": OWNER}
            for name in model_names(self.engine)
        ]
        return JSONResponse({"object": "list", "data": listed})

    async def _voices(self, _: Request) -> Response:
        return JSONResponse(offer(self.engine).model_dump(mode="json"))

    async def _health(self, _: Request) -> Response:
        stats = self.desk.queue.stats
        found = {
            "status": self.state,
            "engine": self.engine.name,
            "version": self.engine.version,
            "running": stats.running,
            "waiting": stats.waiting,
            "slots": self.engine.concurrency,
        }
        return JSONResponse(found, 200 if self.state == "ready" else 503)

    async def _live(self, _: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def _metrics(self, _: Request) -> Response:
        return Response(self.metrics.page(), media_type=CONTENT_TYPE_LATEST)


def offer(engine: SpeechEngine) -> Offer:
    """What the engine can say, for callers."""
    voices = tuple(engine.voices())
    timbres = {v.id: engine.timbre(v) for v in voices} if isinstance(engine, TimbreEngine) else {}
    return Offer(
        engine=engine.name,
        version=engine.version,
        seeded=engine.seeded,
        directable=isinstance(engine, DirectableEngine),
        voices=voices,
        timbres={name: timbre for name, timbre in timbres.items() if timbre},
    )


def digest(order: Order) -> str:
    """The same for the same sound; tells nothing of the text."""
    said = (order.voice.id, order.voice.language, order.text, order.seed, order.delivery, order.speed)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _refusal(error: PodloomError) -> RefusedError:
    if isinstance(error, SpeechError):
        return RefusedError(422, str(error), param="input", code=UNSPEAKABLE)
    if isinstance(error, VoiceError):
        return RefusedError(400, str(error), param="voice")
    return RefusedError(502 if isinstance(error, ProviderError) else 500, str(error))

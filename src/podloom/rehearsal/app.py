"""The server as an ASGI application."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable
from json import JSONDecodeError
from typing import Any

from starlette import routing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from podloom.rehearsal.answers import AnswerWriter
from podloom.rehearsal.calls import Call, Calls, message_texts
from podloom.rehearsal.chat import ChatAnswer, count_tokens, spoiled
from podloom.rehearsal.clock import Clock
from podloom.rehearsal.faults import STATUSES, Fault, FaultScript
from podloom.rehearsal.reading import Reading
from podloom.rehearsal.scenario import Pace, Route, Scenario
from podloom.rehearsal.speech import Damage, as_wav, speak
from podloom.rehearsal.stream import Due, Ending, PacedResponse

LONGEST_INPUT = 4096
SOUND_CHUNK = 16_384
CACHE_STEP = 128
"""Prompt caches count in steps, and from 1024 tokens on, as OpenAI's does."""
SMALLEST_CACHED = 1024
TOKENS_AT_ONCE = 8
"""In each piece of an answer that nothing paces: pieces only cost CPU then. Paced ones have one each."""
MODELS = ("rehearsal", "gpt-5-mini", "gpt-4o-mini-tts")
_MESSAGES = {
    400: "This request is refused, as scripted.",
    401: "Incorrect API key provided.",
    404: "The model does not exist, as scripted.",
    429: "Rate limit reached, as scripted.",
    500: "The server had an error, as scripted.",
    503: "The server is overloaded, as scripted.",
}


class BadCallError(Exception):
    """Raised when a call is not as the API wants it."""


class RehearsalApp:
    """State and endpoints; `asgi` is what a server runs."""

    def __init__(
        self, scenario: Scenario, faults: FaultScript, calls: Calls, clock: Clock, api_key: str = ""
    ) -> None:
        self._scenario, self._faults, self._calls, self._clock = scenario, faults, calls, clock
        self._api_key = api_key
        self._prompts: deque[str] = deque(maxlen=16)
        self.asgi = Starlette(
            routes=[
                routing.Route("/health", self._health),
                routing.Route("/v1/models", self._list_models),
                routing.Route("/v1/chat/completions", self._paid("chat", self._chat), methods=["POST"]),
                routing.Route("/v1/audio/speech", self._paid("speech", self._speech), methods=["POST"]),
                routing.Route("/rehearsal/calls", self._tell_calls, methods=["GET", "DELETE"]),
            ]
        )

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _tell_calls(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._calls.clear()
        return JSONResponse(self._calls.as_json(bodies="bodies" in request.query_params))

    async def _list_models(self, request: Request) -> Response:
        call = self._calls.begin("models", {}, self._clock.now_s())
        if refusal := self._refusal(request, call, self._faults.choose(call)):
            return refusal
        self._calls.end(call, "answered", self._clock.now_s())
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "podloom"} for name in MODELS]
        return JSONResponse({"object": "list", "data": listed})

    def _paid(
        self, route: Route, answer: Callable[[Call], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that records the call and refuses what has to be refused."""

        async def endpoint(request: Request) -> Response:
            now_s = self._clock.now_s()
            raw = await request.body()
            try:
                body = json.loads(raw)
            except (JSONDecodeError, UnicodeDecodeError):
                body = None
            call = self._calls.begin(route, body if isinstance(body, dict) else {}, now_s)
            if body is not call.body:
                return self._refuse(call, 400, "We could not parse the JSON body of your request.")
            try:
                return self._refusal(request, call, None) or answer(call)
            except BadCallError as error:
                return self._refuse(call, 400, str(error))

        return endpoint

    def _refusal(self, request: Request, call: Call, fault: Fault | None) -> Response | None:
        """An error status, for the key or by script; None if the call may go on."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._api_key and given != self._api_key:
            return self._refuse(call, 401, _MESSAGES[401])
        return self._scripted(call, fault)

    def _scripted(self, call: Call, fault: Fault | None) -> Response | None:
        if fault is None:
            return None
        call.fault = fault.kind
        if fault.kind not in STATUSES:
            return None
        headers = {}
        if fault.retry_after_s is not None:
            headers["retry-after"] = f"{fault.retry_after_s:g}"
            # The SDK takes fractions of a second only here.
            headers["retry-after-ms"] = f"{fault.retry_after_s * 1000:g}"
        return self._refuse(call, int(fault.kind), _MESSAGES[int(fault.kind)], headers)

    def _refuse(
        self, call: Call, status: int, message: str, headers: dict[str, str] | None = None
    ) -> Response:
        kind = "invalid_request_error" if status < 500 else "server_error"
        call.status = status
        self._calls.end(call, "refused", self._clock.now_s())
        error = {"message": message, "type": kind, "param": None, "code": None}
        return JSONResponse({"error": error}, status, headers)

    def _chat(self, call: Call) -> Response:
        body = call.body
        _check_chat(body)
        reading = Reading.of(body)
        call.schema_name, call.chapter = reading.schema_name, reading.chapter
        fault = self._faults.choose(call)
        if refusal := self._scripted(call, fault):
            return refusal
        writer = AnswerWriter(reading, self._scenario)
        answer = ChatAnswer(call, spoiled(writer.text(), reading, fault), fault)
        self._count(call, reading.prompt, len(answer.tokens))
        stream = bool(body.get("stream"))
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        pace = self._scenario.pace(reading.schema_name, answer.whole_length, writer.share)
        at_once = 1 if pace.total_s else TOKENS_AT_ONCE
        pieces = answer.events(usage=usage, tokens_each=at_once) if stream else [answer.whole()]
        return self._respond(
            call,
            pieces,
            due=_due(pace, answer.whole_length if stream else 1, fault),
            media_type="text/event-stream" if stream else "application/json",
            ending=answer.ending,
        )

    def _speech(self, call: Call) -> Response:
        _check_speech(call.body)
        text, form = call.body["input"], call.body.get("response_format", "mp3")
        fault = self._faults.choose(call)
        if refusal := self._scripted(call, fault):
            return refusal
        samples = speak(text, call.body["voice"], _damage(fault))
        sound = samples if form == "pcm" or not samples else as_wav(samples)
        pieces = [sound[start : start + SOUND_CHUNK] for start in range(0, len(sound), SOUND_CHUNK)]
        ending = Ending()
        if fault is not None and fault.kind in {"cut", "stall", "disconnect"}:
            pieces = pieces[: round(fault.at * len(pieces))]
            ending = Ending("broken", stall=fault.kind == "stall", hang_up=fault.kind == "disconnect")
        clip_s = self._scenario.clip_s(text)
        return self._respond(
            call,
            pieces,
            due=_due(Pace(clip_s, clip_s), 1, fault),
            media_type="audio/pcm" if form == "pcm" else "audio/wav",
            ending=ending,
        )

    def _respond(
        self, call: Call, pieces: list[bytes], *, due: Due, media_type: str, ending: Ending
    ) -> Response:
        return PacedResponse(
            pieces,
            call=call,
            calls=self._calls,
            clock=self._clock,
            due=due,
            media_type=media_type,
            ending=ending,
        )

    def _count(self, call: Call, prompt: str, completion_tokens: int) -> None:
        """Tokens of the call; cached are those that an earlier prompt began with as well."""
        shared = max((_shared(prompt, earlier) for earlier in self._prompts), default=0)
        cached = count_tokens(prompt[:shared]) // CACHE_STEP * CACHE_STEP
        call.prompt_tokens, call.completion_tokens = count_tokens(prompt), completion_tokens
        call.cached_tokens = cached if cached >= SMALLEST_CACHED else 0
        self._prompts.append(prompt)


def _shared(one: str, other: str) -> int:
    """How many characters both begin with; by halves, as prompts are long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _due(pace: Pace, count: int, fault: Fault | None) -> Due:
    """Due times by the length of the whole answer: one that is cut short ends early."""
    late_s = fault.delay_s if fault is not None and fault.kind == "slow" else 0.0
    return lambda index, _: late_s + pace.due_s(min(index, count - 1), count)


def _damage(fault: Fault | None) -> Damage:
    if fault is None:
        return ""
    damages: dict[str, Damage] = {"silent": "silent", "empty": "empty", "clipped": "clipped"}
    return damages.get(fault.kind, "")


def _check_chat(body: dict[str, Any]) -> None:
    messages = body.get("messages")
    if not isinstance(messages, list) or not any(text.strip() for text in message_texts(body)):
        raise BadCallError("'messages' is a required property and has to hold some text.")
    if body.get("n", 1) != 1:
        raise BadCallError("'n' has to be 1: this server gives one answer.")
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema" and not {"name", "schema"} <= set(wanted.get("json_schema", {})):
        raise BadCallError("Missing required parameter: 'response_format.json_schema.name' or '.schema'.")


def _check_speech(body: dict[str, Any]) -> None:
    text, form = body.get("input"), body.get("response_format", "mp3")
    if not isinstance(text, str) or not text.strip():
        raise BadCallError("'input' is a required property and has to hold some text.")
    if len(text) > LONGEST_INPUT:
        raise BadCallError(f"'input' has {len(text)} characters; at most {LONGEST_INPUT} are allowed.")
    if not isinstance(body.get("voice"), str) or not body["voice"]:
        raise BadCallError("'voice' is a required property.")
    if form not in {"wav", "pcm"}:
        raise BadCallError(f"'response_format' {form!r} is not made by this server; ask for 'wav' or 'pcm'.")

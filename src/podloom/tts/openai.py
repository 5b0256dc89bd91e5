"""Voices of any server that speaks OpenAI's /v1/audio/speech, through the openai SDK."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from podloom.domain import Delivery, Language, Voice
from podloom.errors import PodloomError, ProviderKeyError, SpeechError
from podloom.llm.sdk import OPENAI_URL, load_sdk
from podloom.settings import Settings
from podloom.text.sentences import split_sentences
from podloom.tts.engine import PLAIN, Audio
from podloom.tts.openai_errors import down, explain
from podloom.tts.openai_formats import Form, Forms, refuses_form
from podloom.tts.openai_offers import find_offer, offered_voices, place_headers
from podloom.tts.openai_servers import Servers, addresses, shown
from podloom.tts.openai_voices import TALKING_MODELS, instructions, voice_table
from podloom.tts.pieces import pack
from podloom.tts.wire import Offer

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter
    from openai import APIStatusError, AsyncOpenAI, OpenAIError

_LOG = logging.getLogger(__name__)

MAX_CHARACTERS = 2000
"""Of one call: OpenAI takes 4096, gpt-4o-mini-tts 2000 tokens, and Korean needs about one a character."""
BACKOFF_S = 0.5
RATE_SHARE = 0.9
"""Of requests_per_minute that is used: the rest is for the SDK's own retries."""


@dataclass(frozen=True)
class _Order:
    """What one call asks for."""

    text: str
    voice: Voice
    direction: str
    """Instructions, or "" for none."""
    seed: int


@dataclass
class _Connection:
    """What belongs to one event loop."""

    servers: Servers
    limiter: AsyncLimiter | None
    met: bool = False
    """Whether the server has told all it tells."""


class OpenAISpeechEngine:
    """One call a segment; retries, rate limit and time limit as set in PODLOOM_SPEECH_*."""

    name = "openai"
    remote = True
    seeded = True  # the API has no seed: every attempt differs

    def __init__(self, settings: Settings) -> None:
        self._speech = settings.speech
        self._key = settings.speech_key
        self._urls = addresses(settings.speech.base_url) or [OPENAI_URL]
        self.servers = tuple(sorted(self._urls))
        self._offer: Offer | None = None
        """Of a speech server of ours."""
        self.concurrency = settings.speech.remote_concurrency
        self._address = ", ".join(map(shown, self._urls))
        self.version = f"{settings.speech.model}@{self._address}"
        self._forms = Forms(settings.speech.format)
        self._connections: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connection] = WeakKeyDictionary()
        self._meetings: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """The voices that a server of ours has told, else those of PODLOOM_SPEECH_VOICES, or OpenAI's."""
        if self._offer is not None:
            return offered_voices(self._offer, self._speech.voices, language)
        return voice_table(self._speech.model, self._speech.voices, language)

    def timbre(self, voice: Voice) -> Sequence[float] | None:
        """As a server of ours has told it."""
        return self._offer.timbres.get(voice.id) if self._offer else None

    async def load(self) -> None:
        """Connect, and see whether the key is accepted where the server tells without being paid.

        A speech server of ours tells its voices, too.

        Raises:
            ProviderKeyError: There is no key, or it is not accepted.
            ProviderError: Nobody answers at the address.
        """
        loop = asyncio.get_running_loop()
        async with self._meetings.setdefault(loop, asyncio.Lock()):
            known = self._connections.get(loop)
            if known is None or not known.met:
                await self._meet(loop)

    async def _meet(self, loop: asyncio.AbstractEventLoop) -> None:
        openai = await asyncio.to_thread(load_sdk)
        connection = self._connections.get(loop) or self._connect()
        self._connections[loop] = connection
        try:
            offer = await connection.servers.ask(find_offer)
        except (openai.AuthenticationError, openai.APIConnectionError) as error:
            await self.close()
            raise self._explain(error) from error
        except openai.APIError as error:
            # Not every server lists models, and a key may be limited to speech.
            _LOG.debug("%s does not list its models: %s", self.version, type(error).__name__)
        else:
            self._heed(offer)
        connection.met = True

    def _heed(self, offer: Offer | None) -> None:
        """Speak as the engine behind the server does."""
        self._offer = offer
        if offer is not None:
            # Wherever it runs, the same engine makes the same sound: clips are shared between servers.
            self.version, self.seeded = offer.version, offer.seeded

    def direction(self, delivery: Delivery) -> str:
        """Instructions in words, for models that take them."""
        wanted = self._speech.instructions
        takes = self._offer.directable if self._offer else self._speech.model.startswith(TALKING_MODELS)
        return instructions(delivery) if wanted == "always" or (takes and wanted == "auto") else ""

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """The audio of one segment; see `perform`."""
        return await self.perform(text, voice, PLAIN, seed=seed)

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:
        """The audio of one segment; OpenAI's API has no seed, our servers take one.

        Raises:
            SpeechError: There is nothing to speak, or the server sent no sound.
            ProviderKeyError: The key is not accepted.
            ProviderError: The server refused, failed or did not answer.
        """
        import numpy as np  # noqa: PLC0415 - loaded with the first sound

        if not text.strip():
            raise SpeechError("there is nothing to speak: the text is empty")
        parts = pack(split_sentences(text, voice.language), MAX_CHARACTERS)
        direction = self.direction(delivery)
        made = [await self._part(_Order(part, voice, direction, seed)) for part in parts]
        return Audio(np.concatenate([audio.samples for audio in made]), made[0].sample_rate)

    async def stream(
        self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0
    ) -> AsyncGenerator[Audio, None]:
        """The audio of one segment as the server makes it; see `perform`.

        What breaks off after it has begun cannot be begun again: the server would say it another way.
        """
        heard = False
        for part in pack(split_sentences(text, voice.language), MAX_CHARACTERS):
            async for audio in self._streamed(_Order(part, voice, self.direction(delivery), seed)):
                heard = True
                yield audio
        if not heard:
            raise SpeechError(f"{self._where()} gave no sound for a text of {len(text.strip())} characters")

    async def _streamed(self, order: _Order) -> AsyncGenerator[Audio, None]:
        import openai  # noqa: PLC0415 - 0.4 s, only when this engine is built
        from httpx2 import TransportError  # noqa: PLC0415 - comes with openai

        from podloom.tts.wave_stream import SoundStream  # noqa: PLC0415 - NumPy, with the first sound

        servers = await self._ready()
        async with AsyncExitStack() as stack:
            try:
                response = await servers.ask(
                    lambda client: stack.enter_async_context(
                        self._request(client, order, self._forms.streamed)
                    )
                )
                sound = SoundStream(response.headers.get("content-type", ""))
                async for chunk in response.iter_bytes():
                    if (part := sound.read(chunk)) is not None:
                        yield part
                if (part := sound.end()) is not None:
                    yield part
            except TransportError as error:
                reason = f"broke off in the middle of the sound ({type(error).__name__})"
                raise down(f"{self._where()} {reason}; try again") from error
            except openai.OpenAIError as error:
                raise self._explain(error, order.voice) from error

    async def close(self) -> None:
        """Close the connections of the running loop."""
        connection = self._connections.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            await connection.servers.close()

    def _connect(self) -> _Connection:
        from aiolimiter import AsyncLimiter  # noqa: PLC0415 - only when this engine is built

        if not self._key and not self._speech.base_url:
            raise ProviderKeyError(
                "OpenAI's voices need a key: set PODLOOM_SPEECH_API_KEY or OPENAI_API_KEY, or point "
                "PODLOOM_SPEECH_BASE_URL to a server of your own"
            )
        servers = Servers.at(self._urls, self._key, self._speech)
        limit = self._speech.requests_per_minute
        if not limit:
            return _Connection(servers, None)
        burst = max(1.0, limit / 10)  # a full bucket at the start must not exceed the first minute's limit
        return _Connection(servers, AsyncLimiter(burst, burst * 60 / (RATE_SHARE * limit)))

    async def _part(self, order: _Order) -> Audio:
        """One call; begun again when the connection breaks inside the body, which the SDK does not retry."""
        from httpx2 import TransportError  # noqa: PLC0415 - comes with openai

        from podloom.tts.wave import CutShortError  # noqa: PLC0415 - NumPy, with the first sound

        attempt = 0
        while True:
            try:
                body, content_type = await self._call(order)
                audio = self._read(body, content_type, order.text)
            except (TransportError, TimeoutError, CutShortError) as error:
                if attempt == self._speech.max_retries:
                    raise down(
                        f"{self._where()} broke off in the middle of the sound {attempt + 1} times "
                        f"({type(error).__name__}); try again, or raise PODLOOM_SPEECH_TIMEOUT_S"
                    ) from error
                await asyncio.sleep(min(8.0, BACKOFF_S * 2**attempt))
                attempt += 1
                continue
            return audio

    def _read(self, body: bytes, content_type: str, text: str) -> Audio:
        from podloom.tts.wave import read_audio  # noqa: PLC0415 - NumPy, with the first sound

        audio = read_audio(body, content_type) if body else None
        if audio is None or not audio.samples.size:
            raise SpeechError(f"{self._where()} answered with no sound for a text of {len(text)} characters")
        return audio

    async def _call(self, order: _Order) -> tuple[bytes, str]:
        import openai  # noqa: PLC0415 - 0.4 s, only when this engine is built

        refused: APIStatusError | None = None
        for form in self._forms.to_try:
            servers = await self._ready()
            try:
                answer = await servers.ask(partial(self._answer, order=order, form=form))
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                refused = refused or error
                if not refuses_form(error):
                    break
            except openai.OpenAIError as error:
                raise self._explain(error, order.voice) from error
            else:
                self._forms.settle(form, self.version)
                return answer
        assert refused is not None
        raise self._explain(refused, order.voice) from refused

    async def _ready(self) -> Servers:
        """Those of the running loop, when the rate limit allows another call."""
        connection = self._connections.get(asyncio.get_running_loop())
        if connection is None:
            connection = self._connections[asyncio.get_running_loop()] = self._connect()
        if connection.limiter is not None:
            await connection.limiter.acquire()
        return connection.servers

    def _request(self, client: AsyncOpenAI, order: _Order, form: Form) -> AbstractAsyncContextManager[Any]:
        import openai  # noqa: PLC0415 - 0.4 s, only when this engine is built

        return client.audio.speech.with_streaming_response.create(
            input=order.text,
            model=self._offer.version if self._offer else self._speech.model,
            voice=order.voice.id,
            response_format=form,
            instructions=order.direction or openai.omit,
            extra_headers=place_headers(order.voice.language, order.seed) if self._offer else None,
        )

    async def _answer(self, client: AsyncOpenAI, *, order: _Order, form: Form) -> tuple[bytes, str]:
        """The body and what it is called."""
        async with self._request(client, order, form) as response:
            told = response.headers.get("content-type", "")
            # The read timeout only sees silence; a server that drips has to end as well.
            async with asyncio.timeout(self._speech.timeout_s):
                body = b"".join([chunk async for chunk in response.iter_bytes()])
        return body, "audio/pcm" if form == "pcm" else told

    def _where(self) -> str:
        return f"the speech server {self._address} (model {self._speech.model!r})"

    def _explain(self, error: OpenAIError, voice: Voice | None = None) -> PodloomError:
        """The error a person can act on."""
        return explain(error, self._where(), timeout_s=self._speech.timeout_s, key=self._key, voice=voice)

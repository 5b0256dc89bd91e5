"""Voices of any server that speaks OpenAI's /v1/audio/speech, through the openai SDK."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import numpy as np

from podloom.domain import Delivery, Language, Voice
from podloom.errors import PodloomError, ProviderError, ProviderKeyError, SpeechError
from podloom.settings import Settings
from podloom.text.sentences import split_sentences
from podloom.tts.engine import PLAIN, Audio
from podloom.tts.openai_voices import TALKING_MODELS, instructions, voice_table
from podloom.tts.pieces import pack
from podloom.tts.wave import CutShortError, read_audio

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter
    from openai import AsyncOpenAI, OpenAIError

_LOG = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_S = 10.0
KEEPALIVE_S = 120.0
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


@dataclass(frozen=True)
class _Connection:
    """What belongs to one event loop."""

    client: AsyncOpenAI
    limiter: AsyncLimiter | None


class OpenAISpeechEngine:
    """One call a segment; retries, rate limit and time limit as set in PODLOOM_SPEECH_*."""

    name = "openai"
    remote = True
    seeded = True  # the API has no seed: every attempt differs

    def __init__(self, settings: Settings) -> None:
        self._speech = settings.speech
        self._key = settings.speech_key
        self._url = settings.speech.base_url or OPENAI_URL
        self.concurrency = settings.speech.remote_concurrency
        address = urlsplit(self._url)
        # Neither user nor query of the address: they may be secret.
        self.version = f"{settings.speech.model}@{address.hostname}:{address.port or ''}{address.path}"
        self.characters = 0
        """Sent so far, for the bill."""
        self._format: Literal["wav", "pcm"] = "wav"
        self._connections: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connection] = WeakKeyDictionary()

    def voices(self, language: Language | None = None) -> Sequence[Voice]:
        """The voices of PODLOOM_SPEECH_VOICES, or OpenAI's; each speaks both languages."""
        return voice_table(self._speech.model, self._speech.voices, language)

    async def load(self) -> None:
        """Connect, and see whether the key is accepted where the server tells without being paid.

        Raises:
            ProviderKeyError: There is no key, or it is not accepted.
            ProviderError: Nobody answers at the address.
        """
        import openai  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        if loop in self._connections:
            return
        connection = self._connections[loop] = self._connect()
        try:
            await connection.client.models.list()
        except (openai.AuthenticationError, openai.APIConnectionError) as error:
            await self.close()
            raise self._explain(error) from error
        except openai.APIError as error:
            # Not every server lists models, and a key may be limited to speech.
            _LOG.debug("%s does not list its models: %s", self.version, type(error).__name__)

    def direction(self, delivery: Delivery) -> str:
        """Instructions in words, for models that take them."""
        return instructions(delivery) if self._speech.model.startswith(TALKING_MODELS) else ""

    async def synthesize(self, text: str, voice: Voice, *, seed: int = 0) -> Audio:
        """The audio of one segment; see `perform`."""
        return await self.perform(text, voice, PLAIN, seed=seed)

    async def perform(self, text: str, voice: Voice, delivery: Delivery, *, seed: int = 0) -> Audio:  # noqa: ARG002
        """The audio of one segment; the API has no seed.

        Raises:
            SpeechError: There is nothing to speak, or the server sent no sound.
            ProviderKeyError: The key is not accepted.
            ProviderError: The server refused, failed or did not answer.
        """
        if not text.strip():
            raise SpeechError("there is nothing to speak: the text is empty")
        parts = pack(split_sentences(text, voice.language), MAX_CHARACTERS)
        direction = self.direction(delivery)
        made = [await self._part(_Order(part, voice, direction)) for part in parts]
        return Audio(np.concatenate([audio.samples for audio in made]), made[0].sample_rate)

    async def close(self) -> None:
        """Close the connections of the running loop."""
        connection = self._connections.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            await connection.client.close()

    def _connect(self) -> _Connection:
        import openai  # noqa: PLC0415
        from aiolimiter import AsyncLimiter  # noqa: PLC0415
        from httpx2 import Limits  # noqa: PLC0415

        if not self._key and not self._speech.base_url:
            raise ProviderKeyError(
                "OpenAI's voices need a key: set PODLOOM_SPEECH_API_KEY or OPENAI_API_KEY, or point "
                "PODLOOM_SPEECH_BASE_URL to a server of your own"
            )
        timeout = openai.Timeout(self._speech.timeout_s, connect=min(CONNECT_S, self._speech.timeout_s))
        client = openai.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._url,
            max_retries=self._speech.max_retries,
            http_client=openai.DefaultAsyncHttpx2Client(
                timeout=timeout, limits=Limits(max_connections=100, keepalive_expiry=KEEPALIVE_S)
            ),
            timeout=timeout,
        )
        limit = self._speech.requests_per_minute
        if not limit:
            return _Connection(client, None)
        burst = max(1.0, limit / 10)  # a full bucket at the start must not exceed the first minute's limit
        return _Connection(client, AsyncLimiter(burst, burst * 60 / (RATE_SHARE * limit)))

    async def _part(self, order: _Order) -> Audio:
        """One call; begun again when the connection breaks inside the body, which the SDK does not retry."""
        from httpx2 import TransportError  # noqa: PLC0415

        attempt = 0
        while True:
            try:
                body, content_type = await self._call(order)
                audio = self._read(body, content_type, order.text)
            except (TransportError, TimeoutError, CutShortError) as error:
                if attempt == self._speech.max_retries:
                    raise ProviderError(
                        f"{self._where()} broke off in the middle of the sound {attempt + 1} times "
                        f"({type(error).__name__}); try again, or raise PODLOOM_SPEECH_TIMEOUT_S"
                    ) from error
                await asyncio.sleep(min(8.0, BACKOFF_S * 2**attempt))
                attempt += 1
                continue
            self.characters += len(order.text)
            return audio

    def _read(self, body: bytes, content_type: str, text: str) -> Audio:
        audio = read_audio(body, content_type) if body else None
        if audio is None or not audio.samples.size:
            raise SpeechError(f"{self._where()} answered with no sound for a text of {len(text)} characters")
        return audio

    async def _call(self, order: _Order) -> tuple[bytes, str]:
        import openai  # noqa: PLC0415

        try:
            async with self._response(order) as (chunks, content_type):
                return b"".join([chunk async for chunk in chunks]), content_type
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if self._format == "pcm" or "response_format" not in str(error):
                raise self._explain(error, order.voice) from error
        except openai.OpenAIError as error:
            raise self._explain(error, order.voice) from error
        _LOG.warning("%s does not make WAV; asking for raw PCM from now on", self.version)
        self._format = "pcm"
        return await self._call(order)

    @asynccontextmanager
    async def _response(self, order: _Order) -> AsyncIterator[tuple[AsyncIterator[bytes], str]]:
        import openai  # noqa: PLC0415

        connection = self._connections.get(asyncio.get_running_loop())
        if connection is None:
            connection = self._connections[asyncio.get_running_loop()] = self._connect()
        if connection.limiter is not None:
            await connection.limiter.acquire()
        asked = self._format
        async with connection.client.audio.speech.with_streaming_response.create(
            input=order.text,
            model=self._speech.model,
            voice=order.voice.id,
            response_format=asked,
            instructions=order.direction or openai.omit,
        ) as response:
            told = response.headers.get("content-type", "")
            # The read timeout only sees silence; a server that drips has to end as well.
            async with asyncio.timeout(self._speech.timeout_s):
                yield response.iter_bytes(), "audio/pcm" if asked == "pcm" else told

    def _where(self) -> str:
        return f"the speech server {self.version.partition('@')[2]} (model {self._speech.model!r})"

    def _explain(self, error: OpenAIError, voice: Voice | None = None) -> PodloomError:
        """The error a person can act on; the key is never in it."""
        import openai  # noqa: PLC0415

        where = self._where()
        if isinstance(error, openai.APITimeoutError):
            return ProviderError(
                f"{where} did not answer within {self._speech.timeout_s:g} s; try again, or raise "
                "PODLOOM_SPEECH_TIMEOUT_S"
            )
        if isinstance(error, openai.APIConnectionError):
            return ProviderError(
                f"{where} cannot be reached; check PODLOOM_SPEECH_BASE_URL and that the server runs"
            )
        if not isinstance(error, openai.APIStatusError):
            return ProviderError(f"{where} failed ({type(error).__name__}); try again")
        if error.status_code in {401, 403}:
            return ProviderKeyError(
                f"{where} does not accept the key (status {error.status_code}); "
                "check PODLOOM_SPEECH_API_KEY or OPENAI_API_KEY"
            )
        said = error.body.get("message", "") if isinstance(error.body, dict) else ""
        said = f" and says {str(said)[:300]!r}" if said else ""
        if self._key:
            said = said.replace(self._key, "...")
        return ProviderError(
            f"{where} answered {error.status_code}{said}; {_advice(error.status_code, voice)}"
        )


def _advice(status: int, voice: Voice | None) -> str:
    """What to do about a refusal."""
    if status == 429:
        return "wait, lower PODLOOM_SPEECH_REQUESTS_PER_MINUTE, or see whether the account has credit left"
    if status >= 500:
        return "the failure is on its side: try again later"
    asked = f"PODLOOM_SPEECH_VOICES (voice {voice.id!r})" if voice else "PODLOOM_SPEECH_VOICES"
    return f"check PODLOOM_SPEECH_MODEL, {asked} and PODLOOM_SPEECH_BASE_URL"

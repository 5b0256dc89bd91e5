"""When the server at the address is one of ours: it tells its voices, and is told whose line it speaks."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from podloom.domain import Language, Voice
from podloom.errors import ProviderError
from podloom.tts import wire

if TYPE_CHECKING:
    from openai import AsyncOpenAI


async def find_offer(client: AsyncOpenAI) -> wire.Offer | None:
    """The voices behind a server of ours; None for anybody else's, who is not asked.

    Raises:
        openai.OpenAIError: The server does not answer, or refuses the key.
        ProviderError: It is ours, but of a version that cannot be understood.
    """
    models = await client.models.list()
    if all(model.owned_by != wire.OWNER for model in models.data):
        return None
    try:
        return wire.Offer.model_validate(await client.get("/audio/voices", cast_to=object))
    except ValidationError as error:
        raise ProviderError(
            f"the speech server at {client.base_url.host} tells its voices in another way than this version "
            f"of Podloom expects ({error.error_count()} differences); run the same version on both"
        ) from error


def offered_voices(offer: wire.Offer, names: Sequence[str], language: Language | None) -> list[Voice]:
    """The server's voices as this engine's; only those of these names, if there are any."""
    return [
        voice.model_copy(update={"engine": "openai"})
        for voice in offer.voices
        if language in {None, voice.language} and (not names or voice.id in names)
    ]


def place_headers(language: Language, seed: int) -> dict[str, str]:
    """Whose line this task is having spoken."""
    place = wire.place.get()
    left_s = place.deadline_s - time.monotonic()
    deadline = {} if math.isinf(left_s) else {wire.DEADLINE_HEADER: f"{left_s:.3f}"}
    return {
        wire.PRIORITY_HEADER: place.priority,
        wire.EPISODE_HEADER: place.episode,
        wire.POSITION_HEADER: f"{place.position:g}",
        wire.LANGUAGE_HEADER: language,
        wire.SEED_HEADER: str(seed),
        **deadline,
    }

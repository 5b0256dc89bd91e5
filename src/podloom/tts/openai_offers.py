"""When the server at the address is one of ours: it tells its voices, and is told whose line it speaks."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from podloom.domain import Language, Voice
from podloom.errors import ProviderError
from podloom.modelserver.client import ModelServer
from podloom.tts import wire


async def find_offer(server: ModelServer) -> wire.Offer | None:
    """The voices behind a server of ours; None for anybody else's, who is not asked.

    Raises:
        CallError: The server does not answer, or refuses the key.
        ProviderError: It is ours, but of a version that cannot be understood.
    """
    if all(model.get("owned_by") != wire.OWNER for model in await server.models()):
        return None
    try:
        return wire.Offer.model_validate(await server.get("audio/voices"))
    except ValidationError as error:
        raise ProviderError(
            f"the speech server at {server.host} tells its voices in another way than this version "
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
    return {
        wire.PRIORITY_HEADER: place.priority,
        wire.EPISODE_HEADER: place.episode,
        wire.POSITION_HEADER: f"{place.position:g}",
        wire.LANGUAGE_HEADER: language,
        wire.SEED_HEADER: str(seed),
    }

"""What a speech server's refusals and failures mean for a person; a key is never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podloom.domain import Voice
from podloom.errors import PodloomError, ProviderError, ProviderKeyError, SpeechError
from podloom.tts.wire import UNSPEAKABLE

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAIError


def explain(
    error: OpenAIError, where: str, *, timeout_s: float, key: str, voice: Voice | None = None
) -> PodloomError:
    """The error a person can act on.

    Args:
        error: Of the SDK.
        where: The server and its model.
        timeout_s: Of one call.
        key: Taken out of what the server says.
        voice: The one that was asked for.
    """
    import openai  # noqa: PLC0415 - 0.4 s, only when its engine is built

    if isinstance(error, openai.APITimeoutError):
        return down(
            f"{where} did not answer within {timeout_s:g} s; try again, or raise PODLOOM_SPEECH_TIMEOUT_S"
        )
    if isinstance(error, openai.APIConnectionError):
        return down(f"{where} cannot be reached; check PODLOOM_SPEECH_BASE_URL and that the server runs")
    if not isinstance(error, openai.APIStatusError):
        return ProviderError(f"{where} failed ({type(error).__name__}); try again")
    if error.status_code in {401, 403}:
        return ProviderKeyError(
            f"{where} does not accept the key (status {error.status_code}); "
            "check PODLOOM_SPEECH_API_KEY or OPENAI_API_KEY"
        )
    said = _said(error, key)
    if error.code == UNSPEAKABLE:
        return SpeechError(f"{where} cannot speak it{said}")
    message = f"{where} answered {error.status_code}{said}; {_advice(error.status_code, voice)}"
    may_pass = error.status_code in {408, 409, 429} or error.status_code >= 500
    return down(message) if may_pass else ProviderError(message)


def down(message: str) -> ProviderError:
    """The error of a server that may be better later: another engine may speak meanwhile."""
    error = ProviderError(message)
    error.retryable = True
    return error


def _said(error: APIStatusError, key: str) -> str:
    said = error.body.get("message", "") if isinstance(error.body, dict) else ""
    said = f" and says {str(said)[:300]!r}" if said else ""
    return said.replace(key, "...") if key else said


def _advice(status: int, voice: Voice | None) -> str:
    """What to do about a refusal."""
    if status == 429:
        return "wait, lower PODLOOM_SPEECH_REQUESTS_PER_MINUTE, or see whether the account has credit left"
    if status >= 500:
        return "the failure is on its side: try again later"
    asked = f"PODLOOM_SPEECH_VOICES (voice {voice.id!r})" if voice else "PODLOOM_SPEECH_VOICES"
    return f"check PODLOOM_SPEECH_MODEL, {asked} and PODLOOM_SPEECH_BASE_URL"

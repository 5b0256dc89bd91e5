"""Chooses the writer of a run."""

from __future__ import annotations

from podloom.domain import EpisodeRequest
from podloom.errors import SettingsError
from podloom.llm.openai import shared_client
from podloom.script.llm import LLMWriter
from podloom.script.writer import Writer
from podloom.settings import Settings
from podloom.telemetry import Telemetry


def asks_model(request: EpisodeRequest, settings: Settings) -> bool:
    """Whether a language model writes the episode: one is set, and the request does not say otherwise."""
    wanted = request.writer != "offline" and not request.script
    return wanted and bool(settings.llm_key or settings.llm.base_url)


def build_writer(request: EpisodeRequest, settings: Settings, telemetry: Telemetry) -> Writer:
    """The writer that the request names; "auto" takes the model server if one is set. Call it in a coroutine.

    Raises:
        SettingsError: A model server is asked for and none is set.
    """
    if asks_model(request, settings):
        return LLMWriter(shared_client(settings), settings.llm, telemetry)
    if request.writer == "openai":
        raise SettingsError(
            "writer 'openai' needs a model server; set PODLOOM_LLM_API_KEY (or OPENAI_API_KEY) for OpenAI, "
            "or PODLOOM_LLM_BASE_URL for another server, or take writer 'offline'"
        )
    from podloom.script.offline import OfflineWriter  # noqa: PLC0415 - NumPy: 0.1 s

    return OfflineWriter(telemetry)

import pytest
from pydantic import SecretStr

from podloom.domain import EpisodeRequest
from podloom.errors import SettingsError
from podloom.llm.openai import close_shared_clients
from podloom.script.select import build_writer
from podloom.settings import LLMSettings, Settings
from podloom.telemetry import Telemetry

NOTHING = {}
SERVER = {"base_url": "http://127.0.0.1:9/v1", "model": "m"}
KEY = {"api_key": SecretStr("k"), "model": "m"}


@pytest.mark.parametrize(
    ("writer", "llm", "name"),
    [
        ("auto", NOTHING, "offline"),
        ("auto", SERVER, "openai m"),
        ("auto", KEY, "openai m"),
        ("openai", SERVER, "openai m"),
        ("offline", SERVER, "offline"),
    ],
)
async def test_the_writer_fits_the_request_and_the_settings(writer, llm, name, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    built = build_writer(EpisodeRequest(writer=writer), Settings(llm=LLMSettings(**llm)), Telemetry())
    assert (built.name, built.draft) == (name, name == "offline")
    await close_shared_clients()


def test_a_model_server_that_is_asked_for_must_be_set(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="PODLOOM_LLM_BASE_URL"):
        build_writer(EpisodeRequest(writer="openai"), Settings(), Telemetry())

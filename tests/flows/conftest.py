from collections.abc import Callable

import pytest

from fixtures.prefect_server import prefect_api, prefect_server
from podloom import EpisodeRequest, Settings
from podloom.rehearsal import RehearsalServer
from podloom.settings import LLMSettings, SpeechSettings

__all__ = ["prefect_api", "prefect_server"]

SOURCE = (
    "Street trees cool a city. Their leaves shade walls and pavements, and the water that they give off"
    " takes heat from the air. A row of old planes can make a street several degrees cooler than the next."
)


@pytest.fixture
def rehearsed(tmp_path) -> Callable[..., Settings]:
    """Settings that lead to a rehearsal server, and do not try again by themselves."""

    def settings(server: RehearsalServer) -> Settings:
        return Settings(
            home=tmp_path / "home",
            llm=LLMSettings(base_url=server.base_url, api_key="k", max_retries=0),
            # One call at a time: no answer is on its way when another call fails.
            speech=SpeechSettings(base_url=server.base_url, api_key="k", max_retries=0, remote_concurrency=1),
        )

    return settings


@pytest.fixture
def asked(tmp_path) -> EpisodeRequest:
    """A short episode, written and spoken by servers."""
    return EpisodeRequest(
        sources=(SOURCE,),
        title="Street trees",
        minutes=3,
        engine="openai",
        writer="openai",
        music=False,
        out=str(tmp_path / "out"),
    )

"""What ends a run before anything is paid for."""

import asyncio

import pytest

from fixtures.voicing import opened
from podloom.errors import ProviderError, SpeechError
from podloom.settings import Settings
from podloom.stages.studio import Studio
from podloom.tts.tone import ToneEngine


class Broken(ToneEngine):
    """Whose model cannot be loaded."""

    async def load(self) -> None:
        raise SpeechError("the weights are damaged")


class Late(ToneEngine):
    """Whose server is away at first."""

    remote, loads = True, 0

    async def load(self) -> None:
        self.loads += 1
        if self.loads == 1:
            raise ProviderError("the server is away")


@pytest.fixture
async def studio(tmp_path):
    run = opened(tmp_path)
    run.request = run.request.model_copy(update={"sources": ()})
    run.engine = Broken(Settings())
    studio = Studio(run)
    yield studio
    await studio.close()


async def test_a_model_that_could_not_be_loaded_by_then(studio):
    await studio.start()
    await asyncio.wait(studio._early[:1])
    with pytest.raises(SpeechError, match="damaged"):
        await studio.read_sources()


async def test_where_another_engine_can_speak_the_run_goes_on(studio):
    studio.run.fallback = ToneEngine(Settings())
    await studio.start()
    await asyncio.wait(studio._early[:1])
    assert await studio.read_sources() == ()


async def test_a_further_try_of_the_sources_connects_again(studio):
    studio.run.engine = Late(Settings())
    await studio.start()
    await asyncio.wait(studio._early[:1])
    with pytest.raises(ProviderError, match="away"):
        await studio.read_sources()
    assert await studio.read_sources() == ()

"""What is asked before a run is opened, and where."""

import asyncio

import pytest

from podloom.settings import Settings, SpeechSettings
from podloom.stages import opening
from podloom.stages.opening import meet_voices
from podloom.tts.tone import ToneEngine


class Slow(ToneEngine):
    """Whose voices are known when its model is loaded: where the loop runs nothing else could go on."""

    def __init__(self) -> None:
        super().__init__(Settings())
        self.asked: list[str] = []

    def voices(self, language=None):
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        self.asked.append(language)
        return super().voices(language)


async def test_voices_that_take_time_to_know_stop_no_other_run(monkeypatch):
    engines = {"tone": Slow(), "piper": Slow()}
    monkeypatch.setattr(opening.shared, "engine", lambda name, settings: engines[name])
    settings = Settings(speech=SpeechSettings(fallback_engine="piper"))
    await meet_voices("tone", "ko", settings)
    assert [engine.asked for engine in engines.values()] == [["ko"], ["ko"]]

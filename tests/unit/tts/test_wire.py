"""What a speech server of ours is told about a line."""

import math
from types import SimpleNamespace

import pytest

from podloom.tts import openai_offers, wire
from podloom.tts.openai_offers import place_headers
from podloom.tts.queue import SpeechQueue


@pytest.mark.parametrize(("deadline_s", "told"), [(1060.5, "60.500"), (990.0, "-10.000"), (math.inf, None)])
async def test_the_server_is_told_how_long_it_has(monkeypatch, deadline_s, told):
    """In seconds from now: no two machines share a clock."""
    monkeypatch.setattr(openai_offers, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    async with SpeechQueue(1).turn(priority="breaking", position=7, episode="e", deadline_s=deadline_s):
        headers = place_headers("ko", 3)
    assert headers.pop(wire.DEADLINE_HEADER, None) == told
    assert headers == {
        wire.PRIORITY_HEADER: "breaking",
        wire.EPISODE_HEADER: "e",
        wire.POSITION_HEADER: "7",
        wire.LANGUAGE_HEADER: "ko",
        wire.SEED_HEADER: "3",
    }


def test_outside_of_a_queue_there_is_no_deadline():
    assert wire.DEADLINE_HEADER not in place_headers("en", 0)

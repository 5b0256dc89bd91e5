import numpy as np
import pytest

from podloom.errors import VoiceError
from podloom.tts.engine import UNCLEAR
from podloom.tts.kokoro_voices import recipe, timbre, voice_table


@pytest.mark.parametrize(
    ("language", "male", "apart"), [("en", "jm_kumo", 2), ("ko", "jm_kumo:0.7,jf_alpha:0.3", 1.7)]
)
def test_hosts_contrast(language, male, apart):
    first, second = voice_table(language)[:2]
    assert (first.id, second.id) == (male, "jf_gongitsune")
    assert second.pitch_hz > apart * first.pitch_hz


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_hard_to_understand_comes_last(language):
    unclear = [voice.error_rate > UNCLEAR for voice in voice_table(language)]
    assert unclear == sorted(unclear)
    assert unclear.count(False) >= 4


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("jm_kumo", {"jm_kumo": 1.0}),
        ("jm_kumo,jf_alpha", {"jm_kumo": 0.5, "jf_alpha": 0.5}),
        ("jm_kumo:3, jf_alpha:1", {"jm_kumo": 0.75, "jf_alpha": 0.25}),
        ("jm_kumo:1,jm_kumo:1", {"jm_kumo": 1.0}),
    ],
)
def test_recipe_adds_up_to_one(text, parts):
    assert recipe(text) == parts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("jm_kumu", "did you mean 'jm_kumo'"),
        ("", "has no voice ''; there are"),
        ("jm_kumo:0.5,", "has no voice ''"),
        ("jm_kumo:half", "'half' is no share"),
        ("jm_kumo:0,jf_alpha:1", "'0' is no share"),
        ("jm_kumo:-1,jf_alpha:2", "'-1' is no share"),
        ("jm_kumo:nan", "'nan' is no share"),
    ],
)
def test_what_is_no_recipe_is_refused(text, says):
    with pytest.raises(VoiceError, match=says):
        recipe(text)


def test_every_voice_of_the_table_is_a_recipe():
    for voice in voice_table():
        assert sum(recipe(voice.id).values()) == pytest.approx(1)


def test_timbre_of_a_recipe_lies_between_its_parts():
    one, other = np.array(timbre("jm_kumo")), np.array(timbre("jf_nezumi"))
    assert timbre("jm_kumo:0.7,jf_nezumi:0.3") == pytest.approx(0.7 * one + 0.3 * other)

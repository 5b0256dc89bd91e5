import numpy as np
import pytest

from podloom.tts.pieces import MARGIN_S, join, pack, pause_s, trim

RATE = 1000


@pytest.mark.parametrize(
    ("sentences", "pieces"),
    [
        ([], []),
        (["One two.", "Three."], ["One two. Three."]),
        (["One two three.", "Four five."], ["One two three.", "Four five."]),
        (["A sentence, longer than that."], ["A sentence,", "longer than that."]),
    ],
)
def test_pack(sentences, pieces):
    assert pack(sentences, 20) == pieces


def test_trim_keeps_a_margin():
    samples = np.concatenate([np.zeros(500), np.full(100, 0.3), np.zeros(900)]).astype(np.float32)
    assert len(trim(samples, RATE)) == 100 + 2 * round(MARGIN_S * RATE)


def test_trim_of_silence_is_empty():
    assert trim(np.full(500, 0.001, np.float32), RATE).size == 0


def test_trim_of_sound_is_all_of_it():
    samples = np.full(500, 0.3, np.float32)
    assert np.array_equal(trim(samples, RATE), samples)


def test_join_puts_pauses_between():
    ones = np.ones(10, np.float32)
    joined = join([ones, ones], [0.02, 0.5], RATE)
    assert joined.tolist() == [1.0] * 10 + [0.0] * 20 + [1.0] * 10
    assert joined.dtype == np.float32


def test_join_of_nothing_is_nothing():
    assert join([], [], RATE).size == 0


def test_pauses_follow_the_punctuation():
    assert pause_s("and then,", sentence_ends=False) < pause_s("So.", sentence_ends=True)
    assert pause_s("So.", sentence_ends=True) < pause_s("So?”", sentence_ends=True)

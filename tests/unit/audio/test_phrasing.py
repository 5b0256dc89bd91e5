"""A line falls in level, an aside is softer, and nothing else changes."""

import numpy as np
import pytest

from podloom.audio.phrasing import ASIDE_DB, SLOPE_DB, phrased

RATE = 1000


def level_db(samples):
    return 20 * np.log10(np.abs(samples))


@pytest.mark.parametrize(
    ("duration_s", "first_db", "last_db"),
    [(12.0, SLOPE_DB, -SLOPE_DB), (6.0, SLOPE_DB, -SLOPE_DB), (3.0, SLOPE_DB / 2, -SLOPE_DB / 2)],
)
def test_a_line_begins_louder_than_it_ends(duration_s, first_db, last_db):
    levels = level_db(phrased(np.full(int(duration_s * RATE), 0.1, np.float32), RATE)) + 20
    assert levels[0] == pytest.approx(first_db, abs=0.01)
    assert levels[-1] == pytest.approx(last_db, abs=0.01)
    assert (np.diff(levels) <= 1e-4).all()


def test_an_aside_is_softer_than_a_sentence():
    aside = level_db(phrased(np.full(RATE // 4, 0.1, np.float32), RATE)) + 20
    assert -ASIDE_DB < aside.mean() < -ASIDE_DB * 0.8


def test_length_and_type_stay():
    assert phrased(np.zeros(7, np.float32), RATE).shape == (7,)
    assert phrased(np.zeros(7, np.float32), RATE).dtype == np.float32

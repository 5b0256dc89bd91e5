"""Rounding to 16 bits: noise of one triangular step that does not depend on the signal."""

import numpy as np
import pytest

from podloom.audio.dither import Dither


def test_a_level_between_two_steps_is_kept_on_average():
    """Without noise it would be rounded away."""
    frames = Dither(0)(np.full(200_000, 0.3 / 32767, np.float32))
    assert frames.mean() == pytest.approx(0.3, abs=0.01)
    assert set(np.unique(frames)) == {-1, 0, 1}


@pytest.mark.parametrize("level", [0.0, 0.25, 0.5])
def test_the_error_has_the_same_power_whatever_the_signal(level):
    """A quarter of a step's square: rounding alone has a twelfth, the noise twice as much again."""
    frames = Dither(1)(np.full(200_000, level / 32767, np.float32))
    assert np.square(frames - level).mean() == pytest.approx(0.25, rel=0.02)


def test_full_scale_is_clipped_and_an_odd_block_has_all_its_frames():
    frames = Dither(2)(np.array([2.0, -2.0, 0.0], np.float32))
    assert (frames.dtype, frames.shape) == (np.int16, (3,))
    assert frames[:2].tolist() == [32767, -32768]


def test_the_same_seed_gives_the_same_frames():
    block = np.zeros(1001, np.float32)
    assert (Dither(3)(block) == Dither(3)(block)).all()
    assert (Dither(3)(block) != Dither(4)(block)).any()
    again = Dither(3)
    assert (again(block) != again(block)).any()

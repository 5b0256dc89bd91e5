import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from podloom.publish.jpeg import STRIP_PX, encode_strip, join_strips


@pytest.fixture
def noise():
    pixels = np.random.default_rng(5).integers(0, 256, (5 * STRIP_PX + 55, 300, 3), np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("edges", [[STRIP_PX], [2 * STRIP_PX, 3 * STRIP_PX], []])
def test_joined_strips_are_the_picture_that_is_encoded_at_once(noise, edges):
    edges = [0, *edges, noise.height]
    cuts = [(0, top, noise.width, bottom) for top, bottom in pairwise(edges)]
    whole = io.BytesIO()
    noise.save(whole, "JPEG", quality=90)

    joined = Image.open(io.BytesIO(join_strips([encode_strip(noise.crop(cut), 90) for cut in cuts])))

    assert (joined.size, joined.info["dpi"]) == (noise.size, (72, 72))
    assert np.array_equal(np.asarray(joined), np.asarray(Image.open(whole)))


def test_strips_of_different_quality_do_not_go_together(noise):
    with pytest.raises(AssertionError, match="same tables"):
        join_strips([encode_strip(noise, 90), encode_strip(noise, 84)])

"""The picture of an episode's sound, looked at pixel by pixel."""

import io

import pytest
from PIL import Image

from podloom.domain import ChapterMark
from podloom.publish.waveform import HEIGHT_PX, INK, PAPER, WAVE_BOTTOM_PX, WIDTH_PX, draw_waveform, heights


def marks(*starts_s, end_s):
    ends_s = [*starts_s[1:], end_s]
    return [
        ChapterMark(title=f"Part {n}", start_s=start, end_s=end)
        for n, (start, end) in enumerate(zip(starts_s, ends_s, strict=True))
    ]


def picture(levels, *starts_s, end_s=60.0):
    data = draw_waveform(levels, marks(*starts_s, end_s=end_s), end_s)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("PNG", (WIDTH_PX, HEIGHT_PX))
    return image.convert("RGB"), data


def coloured(image, left, right, top=HEIGHT_PX // 2 - 60):
    """Pixels that are not paper well above the middle, where only loud bars reach."""
    return sum(image.getpixel((x, top)) != PAPER for x in range(left, right))


def test_loud_parts_are_tall_and_silence_is_flat():
    image, _ = picture([0.5] * 100 + [0.0] * 100, 0.0)
    assert coloured(image, 10, 590) > 400
    assert coloured(image, 610, 1190) == 0


def test_a_line_stands_where_a_chapter_begins():
    image, _ = picture([0.0] * 100, 0.0, 15.0, 45.0)
    lines = [x for x in range(WIDTH_PX) if image.getpixel((x, WAVE_BOTTOM_PX)) == INK]
    assert lines == [0, 300, 900]


def test_neighbouring_chapters_differ_in_shade():
    image, _ = picture([0.5] * 100, 0.0, 30.0)
    middle = HEIGHT_PX // 2
    assert image.getpixel((200, middle)) != image.getpixel((1000, middle))


def test_chapters_too_close_for_their_numbers_keep_their_lines():
    image, _ = picture([0.0] * 100, 0.0, 0.5, 1.0, end_s=60.0)
    labels = [x for x in range(40) if image.getpixel((x, 20)) != PAPER]
    assert labels
    assert max(labels) < 20
    assert [x for x in range(40) if image.getpixel((x, WAVE_BOTTOM_PX)) == INK] == [0, 10, 20]


def test_it_is_small_and_always_the_same():
    levels = [(n * 37 % 100) / 100 for n in range(6000)]
    starts = [n * 60.0 for n in range(10)]
    _, data = picture(levels, *starts, end_s=600.0)
    assert len(data) < 40_000
    assert data == draw_waveform(levels, marks(*starts, end_s=600.0), 600.0)


@pytest.mark.parametrize(
    ("levels", "bars", "expected"),
    [
        ([], 2, [0, 0]),
        ([0.0, 0.0], 2, [0, 0]),
        ([0.25, 1.0], 2, [0.5, 1]),
        ([1.0], 3, [1, 1, 1]),
        ([1.0, 1.0, 0.0, 0.0], 2, [1, 0]),
    ],
)
def test_heights(levels, bars, expected):
    assert heights(levels, bars) == expected

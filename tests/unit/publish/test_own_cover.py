import io

import pytest
from PIL import Image

from podloom.errors import RequestError
from podloom.publish.own_cover import check_cover


def picture(path, size=(1400, 1400), mode="RGB", suffix="PNG"):
    Image.new(mode, size).save(path, suffix)
    return path


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


def test_an_own_jpeg_stays_as_it_is(tmp_path):
    path = picture(tmp_path / "cover.jpg", suffix="JPEG")
    assert check_cover(path) == path.read_bytes()


def test_an_own_png_becomes_a_jpeg(tmp_path):
    image = opened(check_cover(picture(tmp_path / "cover.png", (3000, 3000))))
    assert (image.format, image.size) == ("JPEG", (3000, 3000))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"size": (1400, 1500)}, "not square"),
        ({"size": (1399, 1399)}, "not 1400 to 3000"),
        ({"size": (3001, 3001)}, "not 1400 to 3000"),
        ({"mode": "RGBA"}, "is RGBA, not RGB"),
        ({"mode": "L"}, "is L, not RGB"),
        ({"mode": "CMYK", "suffix": "JPEG"}, "is CMYK, not RGB"),
        ({"suffix": "GIF"}, "is GIF, not JPEG or PNG"),
    ],
)
def test_an_own_cover_that_directories_refuse(tmp_path, options, reason):
    with pytest.raises(RequestError, match=reason):
        check_cover(picture(tmp_path / "cover", **options))


@pytest.mark.parametrize("data", [b"", b"no picture", None])
def test_an_own_cover_that_is_no_picture(tmp_path, data):
    path = tmp_path / "cover.jpg"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RequestError, match="give a square JPEG or PNG"):
        check_cover(path)


def test_a_truncated_own_cover_is_refused(tmp_path):
    path = picture(tmp_path / "cover.png")
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(RequestError, match="cannot be read"):
        check_cover(path)

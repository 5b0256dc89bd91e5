import io
import pickle

import numpy as np
import pytest
from PIL import Image

from podloom.errors import SettingsError
from podloom.publish.cover import draw_cover
from podloom.publish.fonts import Typeface, installed_fonts, typeface_for

LEVELS = tuple(abs(np.sin(np.arange(600) / 40)) * 0.3)


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


def ink(jpeg, top, bottom):
    """Share of white pixels in a band of the picture."""
    grey = np.asarray(opened(jpeg).convert("L").crop((0, int(3000 * top), 3000, int(3000 * bottom))))
    return float((grey > 240).mean())


@pytest.fixture(scope="module")
def latin():
    return draw_cover("How Trees Cool a Street", "Paper Cast", seed=7, fonts=())


def test_a_cover_is_what_directories_ask_for(latin):
    image = opened(latin.jpeg(LEVELS))
    assert (image.format, image.mode, image.size, image.info["dpi"]) == (
        "JPEG",
        "RGB",
        (3000, 3000),
        (72, 72),
    )
    assert len(latin.jpeg(LEVELS)) < 512 * 1024


def test_a_cover_shows_title_waveform_and_name(latin):
    assert ink(latin.jpeg(LEVELS), 0.08, 0.5) > 0.05
    assert ink(latin.jpeg(LEVELS), 0.58, 0.82) > 0.05
    assert ink(latin.jpeg(LEVELS), 0.86, 0.95) > 0.005
    assert latin.note == ""


def test_the_same_arguments_draw_the_same_cover(latin):
    again = draw_cover("How Trees Cool a Street", "Paper Cast", seed=7, fonts=())
    assert again.jpeg(LEVELS) == latin.jpeg(LEVELS)


def test_the_waveform_is_all_that_levels_change(latin):
    plain, drawn = (np.asarray(opened(latin.jpeg(levels))) for levels in ((), LEVELS))
    changed = np.flatnonzero((plain != drawn).any(axis=(1, 2)))
    assert 0.58 * 3000 < changed[0] < changed[-1] < 0.82 * 3000


@pytest.mark.parametrize("words", [0, 4, 12])
def test_a_cover_is_small_enough_however_much_is_on_it(words):
    cover = draw_cover("Pneumonoultramicroscopic " * words, "P" * 100, seed=60, fonts=())
    assert len(cover.jpeg([1.0] * 62)) < 512 * 1024


def test_a_cover_holds_little_while_it_waits(latin):
    assert len(pickle.dumps(latin)) < 512 * 1024


def test_the_seed_changes_the_tone():
    one, two = (
        opened(draw_cover("", "P", seed=seed, fonts=()).jpeg(())).getpixel((2900, 2900)) for seed in (1, 60)
    )
    assert one != two


def test_a_title_without_a_font_is_left_out():
    cover = draw_cover("동네 책방", "Paper Cast", seed=7, fonts=())
    assert "without '동네 책방'" in cover.note
    assert ink(cover.jpeg(LEVELS), 0.08, 0.5) == 0
    assert ink(cover.jpeg(LEVELS), 0.86, 0.95) > 0.005


@pytest.mark.parametrize("as_own", [True, False])
def test_a_hangul_title_is_drawn_where_a_font_has_it(hangul_font, as_own):
    found = {"font": str(hangul_font), "fonts": ()} if as_own else {"fonts": (hangul_font,)}
    cover = draw_cover("동네 책방", "Paper Cast", seed=7, **found)
    assert cover.note == ""
    assert ink(cover.jpeg(LEVELS), 0.08, 0.5) > 0.05


def test_a_title_with_one_missing_letter_is_left_out(hangul_font):
    cover = draw_cover("동네 책밤", "P", seed=7, fonts=(hangul_font,))
    assert ink(cover.jpeg(LEVELS), 0.08, 0.5) == 0


def test_emoji_are_left_out_and_noted():
    cover = draw_cover("Trees 🌳️ cool", "P", seed=7, fonts=())
    assert "'Trees cool'" in cover.note


def test_a_very_long_title_still_fits():
    cover = draw_cover("Pneumonoultramicroscopicsilicovolcanoconiosis " * 4, "P" * 100, seed=7, fonts=())
    pixels = np.asarray(opened(cover.jpeg(())).convert("L"))
    assert (pixels[:, 2900:] > 240).sum() == 0
    assert (pixels[1600:2500] > 240).sum() == 0


@pytest.mark.parametrize("levels", [(), (0.0,), (0.0, 0.0, 0.0), (1.0,)])
def test_any_levels_make_a_cover(levels):
    assert opened(draw_cover("T", "P", seed=1, fonts=()).jpeg(levels)).size == (3000, 3000)


def test_an_unreadable_own_font_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.ttf"):
        draw_cover("T", "P", seed=1, font=str(tmp_path / "nowhere.ttf"), fonts=())


def test_a_broken_installed_font_is_no_candidate(tmp_path, hangul_font):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    assert typeface_for("가", files=(broken, hangul_font)).path == hangul_font


def test_lacks_names_the_missing_characters(hangul_font):
    assert Typeface(hangul_font).lacks("가 나 밤 A") == "밤A"


def test_installed_fonts_are_found_in_folders(tmp_path, monkeypatch):
    for name in ("zeta.ttf", "NanumGothicBold.ttf", "notes.txt", "sub/alpha.otf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr("podloom.publish.fonts.FOLDERS", (tmp_path, tmp_path / "missing"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [path.name for path in installed_fonts()] == ["NanumGothicBold.ttf", "alpha.otf", "zeta.ttf"]


def test_fontconfig_is_asked_where_there_is_one(tmp_path, monkeypatch):
    command = tmp_path / "fc-list"
    command.write_text("#!/bin/sh\necho /elsewhere/NotoSansKR-Bold.otf\necho /elsewhere/bitmap.pcf\n")
    command.chmod(0o755)
    monkeypatch.setattr("podloom.publish.fonts.FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [str(path) for path in installed_fonts()] == ["/elsewhere/NotoSansKR-Bold.otf"]

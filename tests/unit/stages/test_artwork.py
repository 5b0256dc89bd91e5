"""A cover that is begun early is the one that would have been drawn at the end."""

import pytest
from PIL import Image

from podloom.domain import EpisodeRequest
from podloom.errors import RequestError, SettingsError
from podloom.settings import FeedSettings, Settings
from podloom.stages.artwork import Artwork

LEVELS = [0.1, 0.3, 0.2]


@pytest.fixture
async def artwork():
    artwork = Artwork()
    yield artwork
    await artwork.close()


def asked(**more):
    return EpisodeRequest(sources=("x",), podcast="Paper Cast", **more)


async def test_begun_early_or_drawn_at_the_end_is_the_same(artwork, tmp_path):
    settings, at_the_end = Settings(home=tmp_path), Artwork()
    artwork.begin("Tides", asked(), settings)

    early = await artwork.picture("Tides", asked(), settings)
    late = await at_the_end.picture("Tides", asked(), settings)

    assert early.jpeg(LEVELS) == late.jpeg(LEVELS)


async def test_another_title_is_drawn_anew(artwork, tmp_path):
    settings = Settings(home=tmp_path)
    artwork.begin("A plan 🌊", asked(), settings)
    assert (await artwork.picture("A plan 🌊", asked(), settings)).note
    assert not (await artwork.picture("Tides", asked(), settings)).note


async def test_an_own_cover_needs_no_drawing(artwork, tmp_path):
    path = tmp_path / "cover.jpg"
    Image.new("RGB", (1400, 1400)).save(path)
    picture = await artwork.picture("Tides", asked(cover=str(path)), Settings(home=tmp_path))
    assert picture.jpeg(LEVELS) == path.read_bytes()


async def test_an_error_waits_for_whoever_asks(artwork, tmp_path):
    settings = Settings(home=tmp_path, feed=FeedSettings(font=str(tmp_path / "nowhere.ttf")))
    artwork.begin("Tides", asked(), settings)
    with pytest.raises(SettingsError, match="nowhere"):
        await artwork.picture("Tides", asked(), settings)
    gone = asked(cover=str(tmp_path / "gone.jpg"))
    with pytest.raises(RequestError, match="gone"):
        await Artwork().picture("Tides", gone, settings)

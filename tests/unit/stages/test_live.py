"""A run's live stream: there while the mix grows, ended however it ends, gone some time later."""

import asyncio
import os

import numpy as np
import pytest

from fixtures.records import record
from podloom.audio.mpeg import split_frames
from podloom.domain import ChapterPlan, EpisodeRequest, Outline, Segment, slug
from podloom.settings import ListeningSettings, Settings
from podloom.stages.assembly import assemble_episode
from podloom.stages.lines import VoicedLine
from podloom.stages.live import KEPT_S, address, clean_live, live_folder, live_stream, note_heard, point_to
from podloom.stages.opening import open_run
from podloom.telemetry import Telemetry

RATE = 24_000
OUTLINE = Outline(
    title="Tides",
    summary="Water.",
    chapters=(ChapterPlan(index=0, title="One", key_points=("Water",), words=100),),
)


class Production:
    """A run whose lines are put by hand, 20 s each."""

    def __init__(self, folder, *, formats=("mp3",), **listening):
        asked = EpisodeRequest(
            sources=("Water.",),
            engine="tone",
            writer="offline",
            music=False,
            formats=formats,
            out=str(folder / "out"),
        )
        settings = Settings(home=folder / "home", listening=ListeningSettings(**listening))
        self.telemetry = Telemetry(self._progressed)
        self.run = open_run(asked, settings, self.telemetry, "run-1")
        self.lines = self.run.lines(0)
        self.heard = asyncio.Event()
        self.mixing = None

    def _progressed(self, progress):
        if progress.listen:
            self.heard.set()

    async def put(self, *seeds):
        for seed in seeds:
            chance = np.random.default_rng(seed)
            syllables = chance.uniform(0.1, 0.4, 100).repeat(RATE // 5)
            tone = np.sin(np.arange(len(syllables)) * (0.03 + seed / 500)) * syllables
            clip = await self.run.clips.put(tone.astype(np.float32), RATE)
            made = asyncio.get_running_loop().create_future()
            made.set_result(clip)
            index = len(self.lines.known())
            segment = Segment(chapter=0, index=index, speaker="Robin", text=f"Line {seed}.")
            self.lines.put(VoicedLine(segment, made))

    async def begin(self):
        """Mix until something can be heard."""
        self.mixing = asyncio.create_task(assemble_episode(self.run, OUTLINE))
        await self.put(1, 2, 3, 4)
        await self.heard.wait()

    @property
    def folder(self):
        return live_folder(self.run)

    @property
    def playlist(self):
        return (self.folder / "stream.m3u8").read_text().splitlines()

    @property
    def growing(self):
        return (self.folder / "listen.mp3").read_bytes()

    @property
    def raw(self):
        return (self.run.partial / "raw.mp3").read_bytes()

    @property
    def state(self):
        return (self.folder / "state.js").read_text()


@pytest.fixture
async def production(tmp_path):
    found = Production(tmp_path)
    yield found
    if found.mixing is not None:
        found.mixing.cancel()
        await asyncio.gather(found.mixing, return_exceptions=True)
    await found.run.cache.close()


async def test_what_is_finished_is_heard_while_lines_are_missing(production):
    await production.begin()
    assert production.telemetry.progress.listen == str(production.folder / "index.html")
    assert "#EXT-X-ENDLIST" not in production.playlist
    assert '"growing"' in production.state
    assert "<h1>Tides</h1>" in (production.folder / "index.html").read_text()
    already = production.growing
    await production.put(5)
    production.lines.finish()
    await production.mixing
    assert production.playlist[-1] == "#EXT-X-ENDLIST"
    assert '"complete"' in production.state
    assert production.growing == production.raw
    assert production.raw.startswith(already)


async def test_withdrawn_lines_end_no_stream_and_nothing_is_heard_twice(production):
    await production.begin()
    production.lines.withdraw(1)
    await production.put(6, 7, 8, 9, 10)
    production.lines.finish()
    await production.mixing
    assert production.telemetry.counters["mix.restarts"] == 1
    assert production.playlist[-1] == "#EXT-X-ENDLIST"
    assert production.playlist.count("#EXT-X-DISCONTINUITY") == 1
    heard, mixed = split_frames(production.growing)[0], split_frames(production.raw)[0]
    assert 0 <= len(heard) - len(mixed) <= 2  # the silence that joins them
    assert heard[-400:] == mixed[-400:]


async def test_a_run_that_is_stopped_ends_its_stream(production):
    await production.begin()
    production.mixing.cancel()
    await asyncio.gather(production.mixing, return_exceptions=True)
    assert production.playlist[-1] == "#EXT-X-ENDLIST"
    assert '"stopped"' in production.state
    assert sum(line.startswith("#EXTINF") for line in production.playlist) > 10


async def test_a_folder_that_is_taken_away_costs_the_stream_only(production, tmp_path):
    await production.begin()
    production.folder.rename(tmp_path / "elsewhere")  # in one step: it is being written to
    await production.put(5, 6)
    production.lines.finish()
    assert (await production.mixing).duration_s > 100
    assert [note for note in production.telemetry.notes if note.startswith("live listening stopped")]
    assert [note for note in production.telemetry.notes if "not up to date" in note]


@pytest.mark.parametrize(
    "changes", [{"live": False}, {"formats": ("opus",)}], ids=["switched off", "without an MP3 file"]
)
async def test_nothing_is_taken_from_the_mixer(tmp_path, changes):
    production = Production(tmp_path, **changes)
    with live_stream(production.run, OUTLINE) as live:
        assert live.tap() is None
        live.close_mix()
    await production.run.cache.close()


async def test_an_episode_under_a_minute_and_a_remembered_one_have_no_stream(production, monkeypatch):
    monkeypatch.setattr("podloom.stages.assembly.PATIENCE_S", 60.0)
    for _ in range(2):
        await production.put(1)
        production.lines.finish()
        await assemble_episode(production.run, OUTLINE)
        assert not production.folder.exists()
        production.lines.withdraw(0)
    assert production.telemetry.counters["cache.mix.hit"] == 1


# --- when the episode is there -----------------------------------------------------------------------


async def finished(production, title="Tides"):
    """Make the whole mix; the episode in its place, as far as the stream's page needs one."""
    await production.begin()
    await production.put(5)
    production.lines.finish()
    await production.mixing
    folder = production.run.partial.parent / slug(title)
    return record(folder=str(folder), title=title, files={"mp3": "episode.mp3", "page": "index.html"}).episode


async def test_a_stream_that_nobody_else_hears_goes_when_the_episode_is_there(production, tmp_path):
    point_to(production.run, await finished(production))
    assert [path.name for path in (tmp_path / "out").iterdir()] == [production.run.partial.name]
    assert not list((tmp_path / "home" / "live").iterdir())


async def test_its_open_page_knows_where_to_go_on(production):
    await production.begin()
    page = (production.folder / "index.html").read_text()
    assert 'data-sound="../../tides/episode.mp3"' in page
    assert 'data-page="../../tides/index.html"' in page


async def test_a_stream_that_the_library_has_shown_to_somebody_stays(production):
    episode = await finished(production, "세계 일주")
    note_heard(production.folder)
    note_heard(production.folder)
    point_to(production.run, episode)
    assert production.playlist[-1] == "#EXT-X-ENDLIST"
    assert '"episode":"../../%EC%84%B8%EA%B3%84-%EC%9D%BC%EC%A3%BC/index.html"' in production.state


async def test_a_stream_that_listeners_were_given_the_address_of_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the library shows out/
    production = Production(tmp_path, url="http://radio.example")
    point_to(production.run, await finished(production))
    await production.run.cache.close()
    assert '"complete"' in production.state


def test_a_stream_that_is_gone_was_heard_by_nobody(tmp_path):
    note_heard(tmp_path / "gone")
    assert not list(tmp_path.iterdir())


# --- where it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "inside", "expected"),
    [
        ("", "shows/_live/r", "{root}/shows/_live/r/index.html"),
        ("http://radio.example/", "shows/_live/r", "http://radio.example/shows/_live/r/"),
        ("http://radio.example", "세계/_live/r", "http://radio.example/%EC%84%B8%EA%B3%84/_live/r/"),
        ("http://radio.example", "../elsewhere/r", "{root}/../elsewhere/r/index.html"),
    ],
)
def test_address_is_the_librarys_where_it_shows_the_folder(tmp_path, url, inside, expected):
    root = tmp_path / "out"
    settings = Settings(out_root=str(tmp_path), listening=ListeningSettings(url=url))
    expected = expected.format(root=root).replace("out/../", "")
    assert address(settings, (root / inside).resolve()) == expected


# --- cleaning up -------------------------------------------------------------------------------------


@pytest.fixture
def stream(tmp_path):
    """A stream of this home, changed so many seconds ago."""
    links = tmp_path / "home" / "live"
    links.mkdir(parents=True)

    def make(name, ago_s):
        folder = tmp_path / "out" / "_live" / name
        folder.mkdir(parents=True)
        (folder / "listen.mp3").write_bytes(b"")
        (links / name).symlink_to(folder)
        then = folder.stat().st_mtime - ago_s
        os.utime(folder, (then, then))
        return folder

    return make


def test_old_streams_are_removed_and_others_stay(tmp_path, stream):
    settings = Settings(home=tmp_path / "home")
    old, new = stream("old", KEPT_S + 60), stream("new", KEPT_S - 60)
    assert clean_live(settings) == 1
    assert not old.exists()
    assert new.exists()
    assert [link.name for link in (settings.home / "live").iterdir()] == ["new"]
    os.utime(new, (0, 0))
    assert clean_live(settings) == 1
    assert not new.parent.exists()
    assert clean_live(settings) == 0


def test_links_to_what_is_gone_are_forgotten(tmp_path, stream):
    settings = Settings(home=tmp_path / "home")
    folder = stream("gone", 0)
    (folder / "listen.mp3").unlink()
    folder.rmdir()
    assert clean_live(settings) == 0
    assert not list((settings.home / "live").iterdir())


def test_a_home_without_streams_has_nothing_to_clean(tmp_path):
    assert clean_live(Settings(home=tmp_path)) == 0

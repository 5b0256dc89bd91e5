"""Percent and sentence of a run's progress."""

from pathlib import Path

import pytest

from podloom import EpisodeRequest, Progress, Settings
from podloom.domain.progress import clock, percent, sentence
from podloom.settings import FeedSettings, ListeningSettings
from podloom.stages.publish import NAMES
from podloom.tasks.naming import run_name
from podloom.tasks.reports import FILES, link_to, link_to_file


def at(stage, **fields):
    return Progress(stage=stage, message="Working", **fields)


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (at("plan"), 0),
        (at("sources"), 1),
        (at("script", chapters=4), 10),
        (at("script", chapters=4, chapters_done=2, segments=10, segments_done=5), 50),
        (at("script", chapters=4, chapters_done=4, segments=10, segments_done=10), 90),
        (at("mix", chapters=4, chapters_done=4), 90),
        (at("done"), 100),
    ],
)
def test_percent(progress, expected):
    assert percent(progress) == expected


def test_lines_that_came_twice_do_not_exceed_the_whole():
    assert percent(at("script", chapters=2, chapters_done=1, segments=10, segments_done=14)) < 90


def test_the_sentence_names_what_is_known():
    assert sentence(at("sources", elapsed_s=2.4)) == "Working · 2 s"
    full = at("script", chapters=3, chapters_done=1, segments=9, segments_done=4, audio_s=75, cache_hits=2)
    assert sentence(full) == "Working · chapters 1/3 · clips 4/9 · 1:15 of speech · 2 from the cache · 0 s"


@pytest.mark.parametrize(("seconds", "expected"), [(0, "0:00"), (59.6, "1:00"), (3725, "62:05")])
def test_clock(seconds, expected):
    assert clock(seconds) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "Trees", "sources": ("https://example.com/a",)}, "Trees"),
        ({"sources": ("https://example.com/a/",)}, "example.com/a"),
        ({"sources": ("texts/city-trees.md",)}, "city-trees.md"),
        ({"sources": ("A text.\n\nWith two paragraphs.",)}, "A text. With two paragraphs."),
        ({"script": "out/trees/script.json"}, "trees"),
        ({"sources": ("word " * 40,)}, "word " * 15 + "word…"),
        ({}, "episode"),
    ],
)
def test_run_names(fields, expected):
    assert run_name(EpisodeRequest(**fields)) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:4280/_live/r/", "http://127.0.0.1:4280/_live/r/"),
        ("/shows/trees & more/_live/r/index.html", "file:///shows/trees%20%26%20more/_live/r/index.html"),
    ],
)
def test_a_link_is_one_that_a_browser_opens(address, expected):
    assert link_to(address) == expected


LIBRARY = ListeningSettings(url="http://127.0.0.1:4280", folder="/shows")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "file:///shows/trees/episode.mp3"),
        ({"listening": LIBRARY}, "http://127.0.0.1:4280/trees/episode.mp3"),
        ({"listening": LIBRARY.model_copy(update={"folder": "/others"})}, "file:///shows/trees/episode.mp3"),
        (
            {"listening": LIBRARY, "feed": FeedSettings(base_url="https://podcast.example.org/")},
            "https://podcast.example.org/trees/episode.mp3",
        ),
    ],
)
def test_a_file_is_linked_where_a_browser_reaches_it(settings, expected):
    assert link_to_file(Settings(**settings), Path("/shows/trees/episode.mp3")) == expected


def test_the_page_says_what_each_file_is_for():
    assert FILES.keys() == NAMES.keys()

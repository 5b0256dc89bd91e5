"""The library: files of an output folder with ranges and types, nothing else, and streams that go on."""

from urllib.parse import unquote

import httpx
import pytest

from fixtures.output_folder import END, HEAD, SOUND, episode, stream, write
from podloom.serving.library import follow, library
from podloom.serving.shelf import Shelf
from podloom.stages.live import is_heard


@pytest.fixture
def out(tmp_path):
    root = tmp_path / "out"
    write(tmp_path / "secret.txt", "secret")
    write(root / ".run-1.partial" / "raw.mp3", b"unfinished")
    write(root / ".show.lock", "")
    write(root / "feed.xml", "<rss/>")
    for name in ("transcript.vtt", "transcript.srt", "chapters.json", "script.json", "description.md"):
        write(root / "tides" / name, "x")
    write(root / "tides" / "cover.jpg", b"\xff\xd8")
    write(root / "tides" / "episode.opus", b"OggS")
    write(root / "tides" / "episode.m4a", b"ftyp")
    episode(root / "tides")
    stream(root / "_live" / "run-1")
    return root


@pytest.fixture
async def web(out):
    transport = httpx.ASGITransport(library(out))
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        yield client


@pytest.mark.parametrize("odd", ['"title": null, "duration_s": 1', '"title": "x", "duration_s": 1e999'])
async def test_an_odd_manifest_is_listed_and_takes_nothing_away(web, out, odd):
    write(out / "odd" / "episode.json", f'{{{odd}, "podcast": "p", "published_at": "2026-11-30"}}')
    episode(out / "another")
    assert (await web.get("/")).text.count("<li") >= 3


# --- files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("tides/", "text/html; charset=utf-8"),
        ("tides/episode.mp3", "audio/mpeg"),
        ("tides/episode.m4a", "audio/mp4"),
        ("tides/episode.opus", "audio/ogg; codecs=opus"),
        ("tides/episode.json", "application/json"),
        ("tides/chapters.json", "application/json+chapters"),
        ("tides/transcript.vtt", "text/vtt; charset=utf-8"),
        ("tides/transcript.srt", "application/x-subrip"),
        ("tides/cover.jpg", "image/jpeg"),
        ("feed.xml", "application/rss+xml; charset=utf-8"),
        ("_live/run-1/", "text/html; charset=utf-8"),
        ("_live/run-1/stream.m3u8", "application/vnd.apple.mpegurl"),
        ("_live/run-1/00000.mp3", "audio/mpeg"),
        ("_live/run-1/listen.mp3", "audio/mpeg"),
        ("_live/run-1/state.js", "text/javascript; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_types(web, path, kind, method):
    answer = await web.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize("path", ["tides/episode.mp3", "_live/run-1/listen.mp3"])
@pytest.mark.parametrize(
    ("asked", "status", "told", "body"),
    [
        ("bytes=10-19", 206, "bytes 10-19/5120", SOUND[10:20]),
        ("bytes=5000-", 206, "bytes 5000-5119/5120", SOUND[5000:]),
        ("bytes=-5", 206, "bytes 5115-5119/5120", SOUND[-5:]),
        ("bytes=5120-", 416, "bytes */5120", None),
        (None, 200, None, SOUND),
    ],
)
async def test_ranges(web, path, asked, status, told, body):
    answer = await web.get(path, headers={"range": asked} if asked else {})
    assert (answer.status_code, answer.headers.get("content-range")) == (status, told)
    if body is not None:
        assert answer.content == body
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["content-length"] == str(len(body))


async def test_what_has_not_changed_is_not_sent_again(web):
    first = await web.get("tides/episode.mp3")
    assert first.headers["cache-control"] == "no-cache"
    again = await web.get("tides/episode.mp3", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["", "stream.m3u8", "listen.mp3"])
async def test_a_stream_that_is_asked_for_is_known_to_have_listeners(web, out, name):
    await web.get("tides/")
    assert not is_heard(out / "_live" / "run-1")
    assert (await web.get(f"_live/run-1/{name}")).status_code == 200
    assert is_heard(out / "_live" / "run-1")
    assert not is_heard(out / "tides")


@pytest.mark.parametrize("name", ["stream.m3u8", "listen.mp3", "state.js"])
async def test_what_grows_is_not_cached(web, name):
    assert (await web.get(f"_live/run-1/{name}")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "nothing.mp3",
        "tides/nothing.mp3",
        "secret.txt",
        "../secret.txt",
        "tides/../../secret.txt",
        "%2e%2e/secret.txt",
        "tides/%2e%2e%2f%2e%2e%2fsecret.txt",
        "..%5csecret.txt",
        "/etc/passwd",
        "%2fetc/passwd",
        "//etc/passwd",
        "tides/episode.mp3%00.txt",
        ".run-1.partial/raw.mp3",
        "tides/../.run-1.partial/raw.mp3",
        "%2erun-1.partial/raw.mp3",
        ".show.lock",
        "outside.txt",
        "unfinished.mp3",
        "x" * 300,
        "live/run-2.mp3",
        "live/..%2f..%2fsecret.mp3",
        "live/.run-1.partial.mp3",
    ],
)
async def test_nothing_else_is_served(out, path):
    (out / "outside.txt").symlink_to(out.parent / "secret.txt")
    (out / "unfinished.mp3").symlink_to(out / ".run-1.partial" / "raw.mp3")
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/{unquote(path)}",  # as servers hand it on
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "asgi": {"spec_version": "2.4"},
    }
    await library(out)(scope, receive, send)
    assert sent[0]["status"] == 404


async def test_only_reading_is_possible(web):
    assert (await web.post("tides/episode.mp3")).status_code == 405
    assert (await web.delete("/")).status_code == 405


# --- the first page ----------------------------------------------------------------------------------


async def test_first_page_lists_what_there_is(web, out):
    episode(out / "radio" / "wind <2>", title="Wind <2>", day="2026-11-21")
    stream(out / "radio" / "_live" / "run-2")
    stream(out / "_live" / "over", end=END)
    write(out / "radio" / "feed.xml", "<rss/>")
    write(out / "broken" / "episode.json", "{")
    page = (await web.get("/")).text
    shelf = Shelf(out)
    assert [(entry.link, entry.day, entry.length) for entry in shelf.episodes()] == [
        ("radio/wind%20%3C2%3E/", "2026-11-21", "10:05"),
        ("tides/", "2026-11-20", "10:05"),
        ("broken/", "", ""),
    ]
    assert [entry.link for entry in shelf.streams()] == ["_live/run-1/", "radio/_live/run-2/"]
    assert [entry.link for entry in shelf.feeds()] == ["feed.xml", "radio/feed.xml"]
    assert "Wind &lt;2&gt;" in page
    assert "Water &amp; Wind · 2026-11-21 · 10:05" in page
    assert "its manifest cannot be read" in page
    assert 'href="_live/run-1/">Waves<' in page
    assert "run-1.partial" not in page


async def test_a_manifest_that_changed_is_read_again(out):
    shelf = Shelf(out)
    assert shelf.episodes()[0].title == "Tides"
    episode(out / "tides", title="Tides, again")
    assert shelf.episodes()[0].title == "Tides, again"


async def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path):
    transport = httpx.ASGITransport(library(tmp_path / "later"))
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as web:
        assert "There is none yet" in (await web.get("/")).text
        assert (await web.get("tides/episode.mp3")).status_code == 404
        episode(tmp_path / "later" / "tides")
        assert (await web.get("tides/episode.mp3")).content == SOUND


async def test_titles_are_read_in_their_own_language(web, out):
    episode(out / "bookshops", title="동네 책방", language="ko")
    page = (await web.get("/")).text
    assert 'href="bookshops/" lang="ko">동네 책방<' in page
    assert 'href="tides/">Tides<' in page


# --- streams -----------------------------------------------------------------------------------------


@pytest.fixture
def looks_at_once(monkeypatch):
    monkeypatch.setattr("podloom.serving.library.LOOK_S", 0.0)


async def test_following_goes_on_until_the_end(out, looks_at_once):
    folder = out / "_live" / "run-1"
    pieces = follow(folder)
    assert await anext(pieces) == SOUND
    with (folder / "listen.mp3").open("ab") as file:
        file.write(b"more")
    assert await anext(pieces) == b"more"
    with (folder / "listen.mp3").open("ab") as file:
        file.write(b"the last")
    write(folder / "stream.m3u8", HEAD + END)
    assert [piece async for piece in pieces] == [b"the last"]


async def test_following_ends_when_the_stream_is_cleaned_away(out, looks_at_once):
    folder = out / "_live" / "run-1"
    pieces = follow(folder)
    await anext(pieces)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert [piece async for piece in pieces] == []


async def test_following_a_stream_that_nobody_writes_to_ends_too(out, monkeypatch):
    monkeypatch.setattr("podloom.serving.library.SILENCE_LIMIT_S", 0.0)
    assert [piece async for piece in follow(out / "_live" / "run-1")] == [SOUND]


@pytest.mark.parametrize("where", ["", "radio"])
async def test_live_address_of_a_run(web, out, where):
    stream(out / where / "_live" / "run-3", end=END)
    answer = await web.get("live/run-3.mp3")
    assert answer.content == SOUND
    assert answer.headers["content-type"] == "audio/mpeg"
    assert "content-length" not in answer.headers
    assert (await web.head("live/run-3.mp3")).content == b""


async def test_an_episode_may_be_called_live(web, out):
    episode(out / "live")
    assert (await web.get("live/episode.mp3")).headers["accept-ranges"] == "bytes"

import json

import pytest
from lxml import etree

from podloom.errors import OutputError, RequestError
from podloom.publish.feed import NAMESPACES, FeedFile, build_feed, podcast_guid, write_feed
from podloom.publish.manifests import items_from_manifests
from podloom.publish.validate import check_feed


def manifest(**changes):
    voice = {"engine": "tone", "id": "low", "language": "ko", "licence": "CC0-1.0", "seconds": 3}
    return {
        "id": "e1",
        "guid": "urn:uuid:1",
        "podcast": "Paper Cast",
        "title": "나무",
        "summary": "나무는 거리를 식힌다.",
        "language": "ko",
        "published_at": "2026-11-21T06:00:00Z",
        "duration_s": 61.5,
        "files": {"mp3": {"name": "episode.mp3", "bytes": 700_000, "sha256": "0" * 64, "type": "audio/mpeg"}},
        "chapters": [{"title": "처음", "start_s": 0.0, "end_s": 61.5}],
        "speakers": [{"name": "지수", "role": "host", "voice": voice}],
        "sources": [{"title": "글", "origin": "https://example.org/"}],
        "disclosure": True,
        "draft": False,
        "seed": 7,
        **changes,
    }


def save(folder, name, content):
    (folder / name).mkdir()
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name / "episode.json").write_text(text, encoding="utf-8")


def found(xml, path):
    return etree.fromstring(xml).xpath(path, namespaces=dict(NAMESPACES))


def test_a_feed_passes_the_check(podcast, item):
    report = check_feed(build_feed(podcast, [item]))
    assert (report.errors, report.warnings) == ((), ())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("//channel/atom:link[@rel='self']/@href", "https://example.org/pod/feed.xml"),
        ("//channel/itunes:image/@href", "https://example.org/pod/trees/cover.jpg"),
        ("//channel/itunes:category/@text", "Science"),
        ("//channel/itunes:category/itunes:category/@text", "Life Sciences"),
        ("//channel/itunes:author/text()", "Paper Cast"),
        ("//channel/podcast:locked/@owner", "me@example.org"),
        ("//channel/podcast:txt[@purpose='ai-content']/text()", "true"),
        ("//channel/lastBuildDate/text()", "Sat, 21 Nov 2026 06:00:00 +0000"),
        ("//item/link/text()", "https://example.org/pod/trees/index.html"),
        ("//item/pubDate/text()", "Sat, 21 Nov 2026 06:00:00 +0000"),
        ("//item/enclosure/@length", "9700123"),
        ("//item/enclosure/@url", "https://example.org/pod/trees/episode.mp3"),
        (
            "//item/podcast:alternateEnclosure/podcast:source/@uri",
            "https://example.org/pod/trees/episode.opus",
        ),
        ("//item/itunes:duration/text()", "4000"),
        ("//item/itunes:episode/text()", "3"),
        ("//item/podcast:chapters/@type", "application/json+chapters"),
        ("//item/podcast:person[2]/@role", "guest"),
        ("//item/podcast:txt[@purpose='ai-content']/text()", "true"),
    ],
)
def test_what_a_feed_says(podcast, item, path, value):
    assert found(build_feed(podcast, [item]), path) == [value]


def test_the_transcript_with_named_speakers_comes_first(podcast, item):
    types = found(build_feed(podcast, [item]), "//podcast:transcript/@type")
    assert types == ["text/vtt", "application/x-subrip", "application/json"]


def test_the_guid_follows_the_published_vector():
    assert podcast_guid("https://podnews.net/rss") == "9b024349-ccf0-5f69-a609-6b82873eab3c"


def test_the_podcast_guid_survives_a_move_to_https():
    assert podcast_guid("http://podnews.net/rss/") == podcast_guid("https://podnews.net/rss")


def test_a_guid_stays_when_an_episode_is_published_again(podcast, item):
    again = item.model_copy(update={"files": {**item.files, "mp3": FeedFile(name="b.mp3", bytes=1)}})
    assert found(build_feed(podcast, [again]), "//guid/text()") == [item.guid]


def test_without_disclosure_there_is_no_tag(podcast, item):
    quiet = item.model_copy(update={"notes": item.notes.model_copy(update={"disclosure": False})})
    assert found(build_feed(podcast, [quiet]), "//podcast:txt") == []


def test_without_an_address_of_the_owner_none_is_named(podcast, item):
    xml = build_feed(podcast.model_copy(update={"email": ""}), [item])
    assert found(xml, "//itunes:owner | //podcast:locked/@owner") == []


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ("show art.png", "https://example.org/pod/show%20art.png"),
        ("https://cdn.example/a.jpg", "https://cdn.example/a.jpg"),
    ],
)
def test_the_podcast_may_have_a_cover_of_its_own(podcast, item, image, url):
    xml = build_feed(podcast.model_copy(update={"image": image}), [item])
    assert found(xml, "//channel/itunes:image/@href") == [url]


def test_folders_of_any_script_become_addresses(podcast, item):
    xml = build_feed(podcast, [item.model_copy(update={"folder": "동네 책방"})])
    assert found(xml, "//enclosure/@url") == [
        "https://example.org/pod/%EB%8F%99%EB%84%A4%20%EC%B1%85%EB%B0%A9/episode.mp3"
    ]


def test_hostile_titles_stay_text(podcast, item):
    evil = item.notes.model_copy(
        update={"title": "</title>\x00<x>&", "summary": "]]><script>alert(1)</script>"}
    )
    xml = build_feed(podcast, [item.model_copy(update={"notes": evil})])
    assert found(xml, "//item/title/text()") == ["</title><x>&"]
    assert "<script" not in found(xml, "//item/description/text()")[0]


def test_long_texts_are_cut_to_what_a_feed_may_hold(podcast, item):
    notes = item.notes.model_copy(update={"title": "제목 " * 70, "summary": "나무는 거리를 식힌다. " * 300})
    long = podcast.model_copy(update={"description": "책과 사람. " * 500})
    assert check_feed(build_feed(long, [item.model_copy(update={"notes": notes})])).errors == ()


@pytest.mark.parametrize("address", ["", "example.org", "ftp://example.org", "https://", "https://a b/"])
def test_a_feed_needs_a_web_address(podcast, item, address):
    with pytest.raises(RequestError, match="PODLOOM_FEED_BASE_URL"):
        build_feed(podcast.model_copy(update={"base_url": address}), [item])


def test_an_item_needs_audio(podcast, item):
    with pytest.raises(RequestError, match="'trees' lists no mp3"):
        build_feed(podcast, [item.model_copy(update={"files": {}})])


def test_an_empty_podcast_is_a_feed_still(podcast):
    assert found(build_feed(podcast, []), "//channel/title/text()") == ["Paper Cast"]


def test_a_feed_is_written_in_one_step(tmp_path):
    path = tmp_path / "new" / "feed.xml"
    write_feed(path, b"<rss/>")
    write_feed(path, b"<rss version='2.0'/>")
    assert [(p.name, p.read_bytes()) for p in path.parent.iterdir()] == [
        ("feed.xml", b"<rss version='2.0'/>")
    ]


def test_a_feed_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "feed.xml").mkdir()
    with pytest.raises(OutputError, match="check the folder"):
        write_feed(tmp_path / "feed.xml", b"<rss/>")
    assert [path.name for path in tmp_path.iterdir()] == ["feed.xml"]


def test_a_manifest_becomes_a_valid_item(tmp_path, podcast):
    save(tmp_path, "trees", manifest())
    report = check_feed(
        build_feed(podcast.model_copy(update={"image": "c.jpg"}), items_from_manifests(tmp_path))
    )
    assert report.errors == ()


def test_the_newest_episode_is_first(tmp_path):
    save(tmp_path, "a", manifest(guid="1", published_at="2026-11-20T23:30:00+00:00"))
    save(tmp_path, "b", manifest(guid="2", published_at="2026-11-21T07:00:00+09:00"))
    save(tmp_path, "c", manifest(guid="3", published_at="2026-11-21T00:00:00Z"))
    assert [item.folder for item in items_from_manifests(tmp_path)] == ["c", "a", "b"]


def test_only_the_named_podcast_is_listed(tmp_path):
    save(tmp_path, "a", manifest(podcast="Other"))
    save(tmp_path, "b", manifest())
    assert [item.folder for item in items_from_manifests(tmp_path, "Paper Cast")] == ["b"]


def test_an_episode_that_was_made_again_is_listed_once(tmp_path):
    save(tmp_path, "old", manifest(published_at="2026-11-20T00:00:00Z"))
    save(tmp_path, "new", manifest())
    assert [item.folder for item in items_from_manifests(tmp_path)] == ["new"]


def test_other_folders_are_no_episodes(tmp_path):
    (tmp_path / "notes").mkdir()
    assert items_from_manifests(tmp_path) == []


def test_an_episode_that_is_being_made_is_not_there_yet(tmp_path):
    save(tmp_path, "trees", manifest())
    save(tmp_path, ".trees.partial", manifest(guid="2"))
    assert [item.folder for item in items_from_manifests(tmp_path)] == ["trees"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Expecting property name"),
        ("[]", "not a JSON object"),
        ({"podcast": "P"}, "'guid' is missing"),
        (manifest(published_at="yesterday"), "published_at"),
        (manifest(published_at="2026-11-21T06:00:00"), "timezone"),
        (manifest(files={"mp3": {"name": "a.mp3", "bytes": 0}}), "greater than 0"),
        (manifest(files=["a.mp3"]), "has no attribute"),
        (manifest(chapters=[1]), "no attribute 'items'"),
    ],
)
def test_an_unusable_manifest_names_itself(tmp_path, content, reason):
    save(tmp_path, "broken", content)
    with pytest.raises(RequestError, match=f"broken.*{reason}"):
        items_from_manifests(tmp_path)

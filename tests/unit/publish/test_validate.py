import pytest

from podloom.publish.feed import build_feed
from podloom.publish.validate import check_feed

ERRORS = [
    ('version="2.0"', 'version="0.9"', "rss: version '0.9', not 2.0"),
    ("encoding='utf-8'", "encoding='us-ascii'", "encoding us-ascii, not UTF-8"),
    ("<language>en</language>", "", "channel: missing language"),
    ("<language>en</language>", "<language> </language>", "channel: missing language"),
    ("<title>Paper Cast</title>", "", "channel: missing title"),
    ('rel="self"', 'rel="next"', 'channel: missing atom:link rel="self"'),
    (
        "<itunes:explicit>false</itunes:explicit>\n    <itunes:type>",
        "<itunes:explicit>no</itunes:explicit>\n    <itunes:type>",
        "channel: itunes:explicit 'no', only true or false are allowed",
    ),
    ("</podcast:guid>", "0</podcast:guid>", "channel: podcast:guid '{guid}0' is not a UUID of version 5"),
    (
        'href="https://example.org/pod/trees/cover.jpg"/>\n    <itunes:category',
        'href="cover.jpg"/>\n    <itunes:category',
        "channel: itunes:image 'cover.jpg' is no address",
    ),
    (
        'purpose="ai-content">true</podcast:txt>\n    <item>',
        'purpose="ai-content">yes</podcast:txt>\n    <item>',
        "channel: podcast:txt ai-content 'yes', only true or false are allowed",
    ),
    ("<title>Trees &amp; streets</title>", "", "item '?': missing title"),
    (
        'length="9700123" type="audio/mpeg"',
        'length="0" type="audio/mpeg"',
        "{item}: enclosure length '0' is not a number of bytes",
    ),
    (
        'length="9700123" type="audio/mpeg"',
        'type="audio/mpeg"',
        "{item}: enclosure length '' is not a number of bytes",
    ),
    (
        'type="audio/mpeg"',
        'type="audio/ogg"',
        (
            "{item}: enclosure type 'audio/ogg' is not one of "
            "audio/mpeg, audio/x-m4a, audio/m4a, audio/mp4, audio/aac"
        ),
    ),
    (
        'enclosure url="https://example.org/pod/trees/episode.mp3"',
        'enclosure url="episode.mp3"',
        "{item}: enclosure url 'episode.mp3' is no address",
    ),
    (
        'enclosure url="https://example.org/pod/trees/episode.mp3"',
        'enclosure url="https://[example"',
        "{item}: enclosure url 'https://[example' is no address",
    ),
    ("urn:uuid:9b024349-ccf0-5f69-a609-6b82873eab3c", "", "{item}: missing guid"),
    (
        "Sat, 21 Nov 2026 06:00:00 +0000</pubDate>",
        "2026-11-21</pubDate>",
        "{item}: pubDate '2026-11-21' is not RFC 2822",
    ),
    (
        'type="application/json+chapters"',
        'type="text/json"',
        "{item}: podcast:chapters type 'text/json' is not one of application/json+chapters",
    ),
    ("<title>Paper Cast</title>", f"<title>{'x' * 256}</title>", "title: 256 characters, more than 255"),
    (
        "<description>Talks about papers.</description>",
        f"<description>{'책' * 1334}</description>",
        "description: 4002 bytes, more than 4000",
    ),
]
WARNINGS = [
    ("<itunes:author>Paper Cast</itunes:author>", "", "channel: missing itunes:author"),
    ('text="Science"', 'text="Papers"', "channel: itunes:category 'Papers' is not one of Apple's"),
    ("<itunes:duration>4000</itunes:duration>", "", "{item}: missing itunes:duration"),
    (
        "4000</itunes:duration>",
        "1:06:40</itunes:duration>",
        "{item}: itunes:duration '1:06:40' is not in seconds",
    ),
    ("<title>Paper Cast</title>", "<title> Paper Cast</title>", "title: white space around the text"),
]


@pytest.fixture
def feed(podcast, item):
    return build_feed(podcast, [item]).decode()


def planted(feed, old, new):
    assert old in feed, f"nothing to break: {old}"
    return check_feed(feed.replace(old, new, 1).encode())


@pytest.mark.parametrize(("old", "new", "finding"), ERRORS)
def test_a_planted_error_is_the_only_one_found(feed, old, new, finding):
    guid = feed.split("<podcast:guid>")[1].split("<")[0]
    expected = finding.replace("{item}", "item 'Trees & streets'").replace("{guid}", guid)
    assert planted(feed, old, new).errors == (expected,)


@pytest.mark.parametrize(("old", "new", "finding"), WARNINGS)
def test_a_planted_weakness_is_the_only_warning(feed, old, new, finding):
    report = planted(feed, old, new)
    assert (report.errors, report.warnings) == ((), (finding.replace("{item}", "item 'Trees & streets'"),))


def test_an_address_is_no_text_that_is_shown(feed):
    report = planted(feed, "</link>\n", f"{'%EC%B1%85' * 30}</link>\n")
    assert (report.errors, report.warnings) == ((), ())


def test_two_items_may_not_share_guid_or_enclosure(podcast, item):
    report = check_feed(build_feed(podcast, [item, item]))
    assert report.errors == (
        "enclosure 'https://example.org/pod/trees/episode.mp3' is there twice",
        f"guid '{item.guid}' is there twice",
    )


def test_a_podcast_without_episodes_is_noted(podcast):
    report = check_feed(build_feed(podcast.model_copy(update={"image": "c.jpg"}), []))
    assert (report.errors, report.warnings) == ((), ("channel: no item",))


@pytest.mark.parametrize(
    ("xml", "finding"),
    [
        (b"<rss>", "not well-formed XML"),
        (b"", "not well-formed XML"),
        (b"<html/>", "no rss element with a channel"),
        (b"<rss version='2.0'/>", "no rss element with a channel"),
    ],
)
def test_what_is_no_feed_at_all(xml, finding):
    (error,) = check_feed(xml).errors
    assert error.startswith(finding)


def test_entities_are_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words")
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    xml = f"{entity}<rss><channel><title>&x;</title></channel></rss>"
    assert "hidden words" not in repr(check_feed(xml.encode()))

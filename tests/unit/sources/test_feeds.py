"""RSS and Atom: links in the feed's order, each once."""

import pytest

from podloom.errors import SourceError
from podloom.sources.feeds import parse_feed

ADDRESS = "https://news.example.org/feed.xml"
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>Third
  story</title><link> https://news.example.org/3 </link></item>
<item><title>Second</title><guid>https://news.example.org/2</guid></item>
<item><title>No link</title><guid isPermaLink="false">17</guid></item>
<item><title>Third again</title><link>https://news.example.org/3</link></item>
<item><title>First</title><link>/1</link></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title>
<entry><title>Two</title><link rel="self" href="/api/2"/><link href="https://blog.example.org/2"/></entry>
<entry><title>One</title><link rel="alternate" href="https://blog.example.org/1"/></entry>
<entry><title>None</title></entry></feed>"""


def links(text):
    return [entry.link.removeprefix("https://") for entry in parse_feed(text.encode(), ADDRESS)]


def test_rss():
    assert links(RSS) == ["news.example.org/3", "news.example.org/2", "news.example.org/1"]
    assert parse_feed(RSS.encode(), ADDRESS)[1].title == "Second"


def test_atom():
    assert links(ATOM) == ["blog.example.org/2", "blog.example.org/1"]


@pytest.mark.parametrize("text", ["", "no xml", "<html><body>Not found</body></html>"])
def test_what_is_no_feed_is_named(text):
    with pytest.raises(SourceError, match=r"news\.example\.org"):
        parse_feed(text.encode(), ADDRESS)


def test_entities_are_not_read():
    bomb = (
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><item><link>&x;</link></item></rss>'
    )
    assert links(bomb) == []

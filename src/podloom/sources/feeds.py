"""The entries of an RSS or Atom feed, to see what is new in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from podloom.domain import Frozen
from podloom.errors import SourceError
from podloom.sources.fetch import Limits, fetch, new_client

ATOM = "{http://www.w3.org/2005/Atom}"


class FeedEntry(Frozen):
    """One article of a feed."""

    title: str
    link: str


async def read_feed(address: str, limits: Limits | None = None) -> tuple[FeedEntry, ...]:
    """The feed's entries in its own order, which is newest first by custom.

    Raises:
        SourceError: It cannot be fetched or is no feed.
    """
    limits = limits or Limits()
    async with new_client(limits) as client:
        fetched = await fetch(address, client, limits)
    return parse_feed(fetched.content, address)


def parse_feed(xml: bytes, address: str) -> tuple[FeedEntry, ...]:
    """Entries that have a link, each link once.

    Raises:
        SourceError: It is no RSS or Atom feed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"{address!r} is no feed ({error}); give the address of its RSS or Atom") from error
    if root is None or root.tag not in {"rss", ATOM + "feed"}:
        raise SourceError(f"{address!r} is no RSS or Atom feed; look for the feed's own address on that site")
    found = {entry.link: entry for entry in _entries(root, address)}
    return tuple(found.values())


def _entries(root: Any, address: str) -> Iterator[FeedEntry]:
    for node in root.iter("item", ATOM + "entry"):
        link = _rss_link(node) if node.tag == "item" else _atom_link(node)
        if link:
            title = node.findtext("title") or node.findtext(ATOM + "title") or ""
            yield FeedEntry(title=" ".join(title.split()), link=urljoin(address, link))


def _rss_link(item: Any) -> str:
    guid = item.find("guid")
    permanent = guid is not None and guid.get("isPermaLink", "true") == "true"
    text = item.findtext("link") or (guid.text if permanent else "")
    return (text or "").strip()


def _atom_link(entry: Any) -> str:
    for link in entry.findall(ATOM + "link"):
        if link.get("rel", "alternate") == "alternate":
            return (link.get("href") or "").strip()
    return ""

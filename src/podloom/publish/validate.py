"""Offline check of a podcast feed against PSP-1, the podcast namespace and Apple's limits.

https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification. The namespace's own podcast.xsd
is not used: it has no guid, medium or alternateEnclosure.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
PREFIXES = {ITUNES: "itunes:", PODCAST: "podcast:", ATOM: "atom:", CONTENT: "content:"}

CHANNEL_NEEDS = (
    *("title", "description", "link", "language"),
    *(ITUNES + "category", ITUNES + "explicit", ITUNES + "image"),
)
CHANNEL_SHOULD = (PODCAST + "locked", PODCAST + "guid", ITUNES + "author")
ITEM_NEEDS = ("title", "enclosure", "guid")
ITEM_SHOULD = (
    *("link", "pubDate", "description", ITUNES + "duration", ITUNES + "image"),
    *(ITUNES + "explicit", PODCAST + "transcript"),
)
ENCLOSURES = ("audio/mpeg", "audio/x-m4a", "audio/m4a", "audio/mp4", "audio/aac")
TRANSCRIPTS = (
    "text/vtt",
    "application/x-subrip",
    "application/srt",
    "application/json",
    "text/html",
    "text/plain",
)
CATEGORIES = (
    *("Arts", "Business", "Comedy", "Education", "Fiction", "Government", "Health & Fitness", "History"),
    *("Kids & Family", "Leisure", "Music", "News", "Religion & Spirituality", "Science"),
    *("Society & Culture", "Sports", "TV & Film", "Technology", "True Crime"),
)
LONG = ("description", ITUNES + "summary")
LONG_BYTES, SHORT_CHARACTERS = 4000, 255


@dataclass(frozen=True)
class FeedReport:
    """Errors break a rule; warnings miss a recommendation."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Finding:
    text: str
    error: bool = True


def check_feed(xml: bytes) -> FeedReport:
    """What is wrong with a feed; nothing is fetched, not even an entity."""
    findings = list(_findings(xml))
    return FeedReport(
        errors=tuple(finding.text for finding in findings if finding.error),
        warnings=tuple(finding.text for finding in findings if not finding.error),
    )


def _findings(xml: bytes) -> Iterator[_Finding]:
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        yield _Finding(f"not well-formed XML: {error}")
        return
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        yield _Finding("no rss element with a channel")
        return
    yield from _document(root)
    yield from _channel(channel)
    items = channel.findall("item")
    if not items:
        yield _Finding("channel: no item", error=False)
    for item in items:
        yield from _item(item)
    yield from _repeated(items)
    yield from _texts(root)


def _document(root: Any) -> Iterator[_Finding]:
    if root.get("version") != "2.0":
        yield _Finding(f"rss: version {root.get('version')!r}, not 2.0")
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    if encoding.upper() != "UTF-8":
        yield _Finding(f"encoding {encoding}, not UTF-8")


def _channel(channel: Any) -> Iterator[_Finding]:
    yield from _missing(channel, "channel", CHANNEL_NEEDS, CHANNEL_SHOULD)
    if not any(link.get("rel") == "self" for link in channel.findall(ATOM + "link")):
        yield _Finding('channel: missing atom:link rel="self"')
    guid = channel.findtext(PODCAST + "guid")
    if guid and not _is_uuid5(guid):
        yield _Finding(f"channel: podcast:guid {guid!r} is not a UUID of version 5")
    for category in channel.findall(ITUNES + "category"):
        if category.get("text") not in CATEGORIES:
            yield _Finding(
                f"channel: itunes:category {category.get('text')!r} is not one of Apple's", error=False
            )
    yield from _shared(channel, "channel")


def _item(item: Any) -> Iterator[_Finding]:
    name = f"item {(item.findtext('title') or '?')[:40]!r}"
    yield from _missing(item, name, ITEM_NEEDS, ITEM_SHOULD)
    yield from _shared(item, name)
    for enclosure in item.findall("enclosure"):
        yield from _enclosure(enclosure, name)
    for transcript in item.findall(PODCAST + "transcript"):
        yield from _linked(transcript, name, TRANSCRIPTS)
    for chapters in item.findall(PODCAST + "chapters"):
        yield from _linked(chapters, name, ("application/json+chapters",))
    date = item.findtext("pubDate")
    if date is not None and not _is_date(date):
        yield _Finding(f"{name}: pubDate {date!r} is not RFC 2822")
    duration = item.findtext(ITUNES + "duration")
    if duration is not None and not duration.isdecimal():
        yield _Finding(f"{name}: itunes:duration {duration!r} is not in seconds", error=False)


def _shared(node: Any, name: str) -> Iterator[_Finding]:
    """What channels and items have in common."""
    explicit = node.findtext(ITUNES + "explicit")
    if explicit not in {None, "true", "false"}:
        yield _Finding(f"{name}: itunes:explicit {explicit!r}, only true or false are allowed")
    for image in node.findall(ITUNES + "image"):
        if not _is_address(image.get("href")):
            yield _Finding(f"{name}: itunes:image {image.get('href')!r} is no address")
    for txt in node.findall(PODCAST + "txt"):
        if txt.get("purpose") == "ai-content" and txt.text not in {"true", "false"}:
            yield _Finding(f"{name}: podcast:txt ai-content {txt.text!r}, only true or false are allowed")


def _enclosure(enclosure: Any, name: str) -> Iterator[_Finding]:
    yield from _linked(enclosure, name, ENCLOSURES)
    length = enclosure.get("length", "")
    if not length.isdecimal() or int(length) == 0:
        yield _Finding(f"{name}: enclosure length {length!r} is not a number of bytes")


def _linked(node: Any, name: str, types: Sequence[str]) -> Iterator[_Finding]:
    """A node that points to a file of a known type."""
    tag = _label(node.tag)
    if not _is_address(node.get("url")):
        yield _Finding(f"{name}: {tag} url {node.get('url')!r} is no address")
    if node.get("type") not in types:
        yield _Finding(f"{name}: {tag} type {node.get('type')!r} is not one of {', '.join(types)}")


def _repeated(items: Sequence[Any]) -> Iterator[_Finding]:
    urls = (enclosure.get("url") for item in items for enclosure in item.findall("enclosure"))
    guids = (item.findtext("guid") for item in items)
    yield from (_Finding(f"enclosure {url!r} is there twice") for url in _twice(urls))
    yield from (_Finding(f"guid {guid!r} is there twice") for guid in _twice(guids))


def _twice(values: Iterable[str | None]) -> Iterator[str]:
    seen: set[str] = set()
    for value in filter(None, values):
        if value in seen:
            yield value
        seen.add(value)


def _missing(node: Any, name: str, needs: Sequence[str], should: Sequence[str]) -> Iterator[_Finding]:
    """A node that is there but says nothing is missing as well."""
    for tag in (*needs, *should):
        found = node.find(tag)
        if found is None or not _says(found):
            yield _Finding(f"{name}: missing {_label(tag)}", error=tag in needs)


def _says(node: Any) -> bool:
    """Whether it has text, or attributes that stand for it."""
    return bool((node.text or "").strip()) or any(key != "isPermaLink" for key in node.attrib)


def _texts(root: Any) -> Iterator[_Finding]:
    for node in root.iter(etree.Element):
        text, tag = node.text or "", _label(node.tag)
        if node.tag in LONG and len(text.encode()) > LONG_BYTES:
            yield _Finding(f"{tag}: {len(text.encode())} bytes, more than {LONG_BYTES}")
        # An address is no text that is shown, and a Hangul syllable takes nine characters in it.
        shown = node.tag not in {*LONG, "link", CONTENT + "encoded"}
        if shown and len(text) > SHORT_CHARACTERS:
            yield _Finding(f"{tag}: {len(text)} characters, more than {SHORT_CHARACTERS}")
        if not len(node) and text != text.strip():
            yield _Finding(f"{tag}: white space around the text", error=False)


def _label(tag: str) -> str:
    for namespace, prefix in PREFIXES.items():
        tag = tag.replace(namespace, prefix)
    return tag


def _is_address(url: str | None) -> bool:
    try:
        parts = urlsplit(url or "")
    except ValueError:  # an unfinished IPv6 address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _is_uuid5(text: str) -> bool:
    try:
        return uuid.UUID(text).version == 5
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True

"""The podcast's feed: RSS 2.0 after PSP-1, with the podcast namespace.

https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from lxml import etree
from pydantic import AwareDatetime, Field

from podloom.domain import Frozen
from podloom.errors import OutputError, RequestError
from podloom.publish.description import EpisodeNotes, description_html
from podloom.publish.wrapping import cut_bytes, plain

NAMESPACES: Mapping[str, str] = MappingProxyType(
    {
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "podcast": "https://podcastindex.org/namespace/1.0",
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
    }
)
FEED_NAME = "feed.xml"
NODE_BYTES = 255
DESCRIPTION_BYTES = 4000
GUID_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
TRANSCRIPTS = (("vtt", "text/vtt"), ("srt", "application/x-subrip"), ("transcript", "application/json"))
ENCLOSURES = ("mp3", "m4a", "opus")
"""What an app is given first; the others are offered as alternatives."""


class FeedFile(Frozen):
    """A file of an episode, as the manifest lists it."""

    name: str
    bytes: int = Field(gt=0)
    type: str = ""


class FeedItem(Frozen):
    """A published episode; `folder` is its name below the feed's address."""

    folder: str
    guid: str
    notes: EpisodeNotes
    published_at: AwareDatetime
    duration_s: float
    files: Mapping[str, FeedFile]
    """Role ("mp3", "vtt", "srt", "transcript", "chapters", "cover", "page", ...) to file."""
    number: int | None = None


class PodcastInfo(Frozen):
    """What the feed says about the podcast itself."""

    title: str
    base_url: str
    """Public address of the output folder."""
    language: str = "en"
    description: str = ""
    author: str = ""
    """Empty: the title."""
    email: str = ""
    category: str = "Technology"
    """As Apple names it; a subcategory after a slash: "Science/Life Sciences"."""
    image: str = ""
    """Name below `base_url` or an address; empty: the cover of the newest episode."""
    explicit: bool = False

    @property
    def base(self) -> str:
        """The address with exactly one slash at the end."""
        return self.base_url.strip().rstrip("/") + "/"

    @property
    def feed_url(self) -> str:
        """Where the feed will be."""
        return self.base + FEED_NAME


def podcast_guid(feed_url: str) -> str:
    """UUIDv5 of the feed's address without scheme and trailing slashes: https keeps it."""
    return str(uuid.uuid5(GUID_NAMESPACE, feed_url.split("://", 1)[-1].rstrip("/")))


def build_feed(podcast: PodcastInfo, items: Sequence[FeedItem]) -> bytes:
    """The feed with its items in the given order.

    Raises:
        RequestError: The base address is no web address, or an item has no audio file.
    """
    _check_address(podcast.base_url)
    rss = etree.Element("rss", nsmap=dict(NAMESPACES), version="2.0")
    channel = _add(rss, "channel")
    _add_texts(channel, podcast, items)
    _add_ownership(channel, podcast)
    if any(item.notes.disclosure for item in items):
        _add(channel, "podcast:txt", "true", purpose="ai-content")
    for item in items:
        _add_item(channel, podcast, item)
    xml: bytes = etree.tostring(rss, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return xml


def write_feed(path: Path, xml: bytes) -> None:
    """Write it in one step: a reader never sees half a feed.

    Raises:
        OutputError: The folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(xml)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"The feed {str(path)!r} cannot be written ({error}); check the folder") from error


def _check_address(base_url: str) -> None:
    if not re.match(r"https?://[^/\s]+(/\S*)?$", base_url.strip()):
        raise RequestError(
            f"{base_url!r} is no address for a feed; set PODLOOM_FEED_BASE_URL to where the output folder is "
            "published, such as https://example.org/podcast"
        )


def _add_texts(channel: Any, podcast: PodcastInfo, items: Sequence[FeedItem]) -> None:
    _add(channel, "title", _short(podcast.title))
    _add(channel, "link", podcast.base)
    description = podcast.description or podcast.title
    _add(channel, "description", cut_bytes(description, DESCRIPTION_BYTES))
    _add(channel, "language", podcast.language)
    _add(channel, "generator", "Podloom")
    if items:
        newest = max(item.published_at for item in items)
        _add(channel, "lastBuildDate", format_datetime(newest))
    _add(channel, "atom:link", href=podcast.feed_url, rel="self", type="application/rss+xml")
    image = _image(podcast, items)
    if image:
        _add(channel, "itunes:image", href=image)
    category, _, sub = (part.strip() for part in podcast.category.partition("/"))
    outer = _add(channel, "itunes:category", text_=category)
    if sub:
        _add(outer, "itunes:category", text_=sub)
    _add(channel, "itunes:explicit", _bool(value=podcast.explicit))
    _add(channel, "itunes:type", "episodic")


def _add_ownership(channel: Any, podcast: PodcastInfo) -> None:
    author = _short(podcast.author or podcast.title)
    _add(channel, "itunes:author", author)
    owner = {"owner": podcast.email} if podcast.email else {}
    if owner:
        node = _add(channel, "itunes:owner")
        _add(node, "itunes:name", author)
        _add(node, "itunes:email", podcast.email)
    _add(channel, "podcast:guid", podcast_guid(podcast.feed_url))
    _add(channel, "podcast:locked", "yes", **owner)
    _add(channel, "podcast:medium", "podcast")


def _add_item(channel: Any, podcast: PodcastInfo, item: FeedItem) -> None:
    node = _add(channel, "item")
    _add(node, "title", _short(item.notes.title))
    _add(node, "link", _url(podcast, item, item.files.get("page")))
    _add(node, "guid", item.guid, isPermaLink="false")
    _add(node, "pubDate", format_datetime(item.published_at))
    _add_description(node, item.notes)
    _add_audio(node, podcast, item)
    _add(node, "itunes:duration", max(1, round(item.duration_s)))
    _add(node, "itunes:explicit", _bool(value=podcast.explicit))
    _add(node, "itunes:episodeType", "full")
    if item.number is not None:
        _add(node, "itunes:episode", item.number)
    if cover := item.files.get("cover"):
        _add(node, "itunes:image", href=_url(podcast, item, cover))
    _add_timed(node, podcast, item)
    for speaker in item.notes.speakers:
        role = "guest" if speaker.role == "expert" else speaker.role  # the taxonomy knows no experts
        _add(node, "podcast:person", _short(speaker.name), role=role, group="cast")
    if item.notes.disclosure:
        _add(node, "podcast:txt", "true", purpose="ai-content")


def _add_description(node: Any, notes: EpisodeNotes) -> None:
    text = description_html(notes, DESCRIPTION_BYTES)
    for name in ("description", "content:encoded"):
        _add(node, name).text = etree.CDATA(text)


def _add_audio(node: Any, podcast: PodcastInfo, item: FeedItem) -> None:
    """The enclosure, and the other formats as alternatives."""
    audio = [item.files[role] for role in ENCLOSURES if role in item.files]
    if not audio:
        raise RequestError(f"The episode in {item.folder!r} lists no mp3, m4a or opus file; make it again")
    first, *others = audio
    _add(node, "enclosure", url=_url(podcast, item, first), length=first.bytes, type=first.type)
    for file in others:
        bitrate = round(file.bytes * 8 / max(1.0, item.duration_s))
        other = _add(node, "podcast:alternateEnclosure", type=file.type, length=file.bytes, bitrate=bitrate)
        _add(other, "podcast:source", uri=_url(podcast, item, file))


def _add_timed(node: Any, podcast: PodcastInfo, item: FeedItem) -> None:
    """Transcripts, the one with named speakers first, and chapters."""
    for role, mime in TRANSCRIPTS:
        if file := item.files.get(role):
            captions = {} if mime == "application/json" else {"rel": "captions"}
            url, language = _url(podcast, item, file), item.notes.language
            _add(node, "podcast:transcript", url=url, type=mime, language=language, **captions)
    if chapters := item.files.get("chapters"):
        _add(node, "podcast:chapters", url=_url(podcast, item, chapters), type="application/json+chapters")


def _url(podcast: PodcastInfo, item: FeedItem, file: FeedFile | None) -> str:
    return podcast.base + quote(item.folder) + "/" + quote(file.name if file else "")


def _image(podcast: PodcastInfo, items: Sequence[FeedItem]) -> str:
    if podcast.image:
        return podcast.image if "://" in podcast.image else podcast.base + quote(podcast.image)
    covers = ((item, item.files["cover"]) for item in items if "cover" in item.files)
    return next((_url(podcast, item, cover) for item, cover in covers), "")


def _short(text: str) -> str:
    return cut_bytes(text, NODE_BYTES)


def _bool(*, value: bool) -> str:
    return "true" if value else "false"


def _add(parent: Any, name: str, text: object = None, **attributes: object) -> Any:
    """`name` may carry a prefix; a trailing underscore in an attribute is dropped (`text_`)."""
    prefix, _, local = name.rpartition(":")
    tag = f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local
    node = etree.SubElement(
        parent, tag, {key.rstrip("_"): plain(str(value)) for key, value in attributes.items()}
    )
    if text is not None:
        node.text = plain(str(text))
    return node

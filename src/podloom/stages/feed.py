"""The feed of an output folder: built from the manifests, checked, written in one step."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from podloom.errors import OutputError, RequestError
from podloom.publish.feed import FEED_NAME, PodcastInfo, build_feed, write_feed
from podloom.publish.manifests import items_from_manifests
from podloom.publish.validate import check_feed
from podloom.settings import Settings


@dataclass(frozen=True)
class PublishedFeed:
    """A feed that was written."""

    path: Path
    url: str
    episodes: int
    warnings: tuple[str, ...]


async def publish_feed(folder: str, podcast: str, settings: Settings) -> PublishedFeed:
    """Write feed.xml into `folder`, for all its episodes of one podcast.

    Raises:
        RequestError: No public address is set, there is no episode, or a manifest cannot be used.
        OutputError: The feed breaks a rule of directories, or the folder cannot be written.
    """
    return await asyncio.to_thread(_publish, Path(folder), podcast, settings)


def _publish(folder: Path, podcast: str, settings: Settings) -> PublishedFeed:
    items = items_from_manifests(folder, podcast)
    if not items:
        of = f" of {podcast!r}" if podcast else ""
        raise RequestError(f"there is no episode{of} in {str(folder)!r}; make one with `podloom make`")
    feed = settings.feed
    title = podcast or folder.resolve().name
    info = PodcastInfo(
        title=title,
        base_url=feed.base_url,
        language=items[0].notes.language,
        description=feed.description,
        author=feed.author,
        email=feed.email,
        category=feed.category,
    )
    xml = build_feed(info, items)
    report = check_feed(xml)
    if report.errors:
        raise OutputError(f"the feed of {str(folder)!r} was not published: {'; '.join(report.errors)}")
    path = folder / FEED_NAME
    write_feed(path, xml)
    return PublishedFeed(path, info.feed_url, len(items), report.warnings)

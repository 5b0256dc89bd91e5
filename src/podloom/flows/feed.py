"""The flow that publishes a folder of episodes as a feed."""

from __future__ import annotations

from typing import Annotated, Any

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed
from pydantic import Field

from podloom.domain.progress import count_of
from podloom.stages.feed import publish_feed
from podloom.tasks.context import given
from podloom.tasks.ending import ended
from podloom.tasks.making import placed_folder


@flow(name="publish-feed", persist_result=False, log_prints=False)
async def publish_feed_flow(
    podcast: Annotated[str, Field(min_length=1)] = "Podloom", folder: str = "out"
) -> State[Any]:
    """Write and check the podcast's feed. Its public address is the setting PODLOOM_FEED_BASE_URL.

    Args:
        podcast: The show whose episodes are listed.
        folder: Where its episodes lie; feed.xml is written there.
    """
    return await ended(_publish(podcast, folder))


async def _publish(podcast: str, folder: str) -> State[Any]:
    settings = given().settings
    feed = await publish_feed(placed_folder(folder, settings), podcast, settings)
    warnings = [f"- {warning}" for warning in feed.warnings] or ["No warnings."]
    listed = f"{count_of(feed.episodes, 'episode')} of {podcast}"
    await acreate_markdown_artifact(
        key="podcast-feed",
        description=listed,
        markdown="\n".join([f"# [{podcast}]({feed.url})", "", f"`{feed.path}`: {listed}", "", *warnings]),
    )
    return Completed(message=f"{listed} in {feed.path}")

"""News of episodes as Prefect events, for automations to act on."""

from __future__ import annotations

from typing import Any

from prefect.events import emit_event

from podloom.domain import slug
from podloom.domain.news import EpisodeNews


def tell_news(news: EpisodeNews) -> None:
    """Emit the event; Prefect sends it in the background, and adds the run, its flow and its deployment."""
    emit_event(**event_fields(news))


def event_fields(news: EpisodeNews) -> dict[str, Any]:
    """The event without its time and id."""
    identity = news.episode.id if news.episode else news.run_id
    return {
        "event": news.type,
        "resource": {
            "prefect.resource.id": f"podloom.episode.{identity}",
            "prefect.resource.name": news.title,
            "podloom.podcast": news.podcast,
        },
        "related": [
            {
                "prefect.resource.id": f"podloom.podcast.{slug(news.podcast)}",
                "prefect.resource.role": "podcast",
                "prefect.resource.name": news.podcast,
            }
        ],
        "payload": news.data,
    }

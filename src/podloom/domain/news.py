"""What the world is told of an episode: that it was made, failed or was stopped."""

from __future__ import annotations

from typing import Any, Literal

from podloom.domain.base import Frozen
from podloom.domain.episode import Episode


class EpisodeNews(Frozen):
    """One piece of news; sent to the webhook and as an event."""

    state: Literal["completed", "failed", "cancelled"]
    run_id: str
    podcast: str
    title: str
    """Of the episode, as far as it is known."""
    at: str
    """ISO 8601, UTC."""
    episode: Episode | None = None
    error_type: str = ""
    error: str = ""

    @property
    def type(self) -> str:
        """Name of the event."""
        return f"podloom.episode.{self.state}"

    @property
    def data(self) -> dict[str, Any]:
        """What happened, for machines."""
        told: dict[str, Any] = {"run_id": self.run_id, "podcast": self.podcast, "title": self.title}
        if self.error_type:
            told["error"] = {"type": self.error_type, "message": self.error}
        if self.episode is not None:
            fields = {"language", "draft", "duration_s", "seconds", "folder", "files", "published_at"}
            told |= {"episode_id": self.episode.id, **self.episode.model_dump(mode="json", include=fields)}
        return told

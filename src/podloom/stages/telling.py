"""Tells the world how an episode ended, whichever way it was made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from podloom.domain import Episode, EpisodeRequest
from podloom.domain.news import EpisodeNews
from podloom.errors import PodloomError, StoppedError
from podloom.settings import Settings
from podloom.stages.titles import run_name
from podloom.stages.webhook import send_news

T = TypeVar("T")
NewsCallback = Callable[[EpisodeNews], None]


class Teller:
    """News of one run, for the webhook and for whoever else listens."""

    def __init__(
        self, request: EpisodeRequest, settings: Settings, run_id: str, listener: NewsCallback | None = None
    ) -> None:
        self._request, self._settings = request, settings
        self._run_id, self._listener = run_id, listener

    async def told(
        self, work: Coroutine[Any, Any, Episode], *, unless: Callable[[], bool] = lambda: False
    ) -> Episode:
        """The result of `work`; how it ends is told, also when it ends in an error.

        `unless` says of a run that was stopped that this is not the episode's end.
        """
        episode = await self.before(work, unless=unless)
        await self._say(self.news("completed", episode=episode))
        return episode

    async def before(self, work: Coroutine[Any, Any, T], *, unless: Callable[[], bool] = lambda: False) -> T:
        """The result of `work`, with which the episode is not made yet; an error is its end, and told."""
        try:
            return await work
        except asyncio.CancelledError:
            if not unless():
                await self._say(self.news("cancelled"), to_its_end=False)  # somebody waits for the end
            raise
        except Exception as error:
            await self._say(self.failure(error))
            raise

    def failure(self, error: Exception) -> EpisodeNews:
        """The news of an error; of one that is not ours only its name: it may say anything."""
        if isinstance(error, StoppedError):
            return self.news("cancelled")
        message = str(error) if isinstance(error, PodloomError) else "an error of Podloom itself; see its log"
        return self.news("failed", error_type=type(error).__name__, error=message)

    def news(self, state: str, *, episode: Episode | None = None, **fields: str) -> EpisodeNews:
        """The run's end, as the world is told."""
        return EpisodeNews.model_validate(
            {
                "state": state,
                "run_id": self._run_id,
                "podcast": self._request.podcast,
                "title": episode.title if episode else run_name(self._request),
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "episode": episode,
                **fields,
            }
        )

    async def _say(self, news: EpisodeNews, *, to_its_end: bool = True) -> None:
        if self._listener is not None:
            self._listener(news)
        await send_news(news, self._settings.webhook, to_its_end=to_its_end)

"""The episode's cover: laid out while its lines are voiced, drawn when its waveform is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from podloom.domain import EpisodeRequest
from podloom.settings import Settings
from podloom.stages.cores import on_a_core


@dataclass(frozen=True)
class Picture:
    """A cover that waits for its waveform."""

    jpeg: Callable[[Sequence[float]], bytes]
    """The file, from the episode's levels."""
    note: str = ""
    """What a person should know about it."""


class Artwork:
    """One run's cover on its way."""

    def __init__(self) -> None:
        self._title = ""
        self._drawing: asyncio.Task[Picture] | None = None

    def begin(self, title: str, request: EpisodeRequest, settings: Settings) -> None:
        """Find what does not depend on how the episode sounds; an error waits for `picture`."""
        if self._drawing is None or self._title != title:
            self._title = title
            self._drawing = asyncio.create_task(on_a_core(_draw, title, request, settings))

    async def picture(self, title: str, request: EpisodeRequest, settings: Settings) -> Picture:
        """The cover of that title.

        Raises:
            RequestError: The user's own cover cannot be used any more.
            SettingsError: The user's own font cannot be read.
        """
        self.begin(title, request, settings)
        assert self._drawing is not None
        return await self._drawing

    async def close(self) -> None:
        """Nobody waits for it any more."""
        if self._drawing is not None:
            self._drawing.cancel()
            await asyncio.gather(self._drawing, return_exceptions=True)


def _draw(title: str, request: EpisodeRequest, settings: Settings) -> Picture:
    if request.cover:
        from podloom.publish.own_cover import check_cover  # noqa: PLC0415 - Pillow

        own = check_cover(Path(request.cover))
        return Picture(lambda _: own)
    from podloom.publish.cover import draw_cover  # noqa: PLC0415 - Pillow

    seed = crc32(request.podcast.encode())
    cover = draw_cover(title, request.podcast, seed=seed, font=settings.feed.font)
    return Picture(cover.jpeg, cover.note)

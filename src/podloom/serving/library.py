"""The output folder on the web: finished episodes, feeds, and streams of episodes that are being made.

    /                      what there is
    /<folder>/...          the files of the output folder, as they lie there; HEAD and ranges work
    /live/<run>.mp3        a stream as one MP3 file that goes on until the episode is whole

Nothing outside the folder is served, and nothing hidden in it: unfinished episodes, locks.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette import routing
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from podloom.audio.live import GROWING, PLAYLIST
from podloom.publish.live import STATE_NAME
from podloom.publish.templates import page_template
from podloom.serving.shelf import Shelf, ended
from podloom.stages.live import LIVE, note_heard
from podloom.stages.manifest import TYPES

UTF_8 = "; charset=utf-8"
SERVED_TYPES = {
    **{suffix: kind + UTF_8 if kind.startswith("text/") else kind for suffix, kind in TYPES.items()},
    ".opus": "audio/ogg; codecs=opus",  # what browsers know it by
    ".m3u8": "application/vnd.apple.mpegurl",
    ".js": "text/javascript" + UTF_8,
    ".xml": "application/rss+xml" + UTF_8,
}
UNCACHED = {"cache-control": "no-store"}
CHECKED = {"cache-control": "no-cache"}
"""An episode may be made again under the same address."""
CHUNK = 64 * 1024
LOOK_S = 0.5
SILENCE_LIMIT_S = 1800.0
"""Whoever listens to the stream of a run that was killed is let go after so long."""


def library(folder: Path) -> Starlette:
    """The application that serves an output folder, which need not exist yet."""
    shelf = Shelf(folder)
    files = Files(folder)

    async def first_page(_: Request) -> Response:
        return HTMLResponse(await asyncio.to_thread(_page, shelf), headers=CHECKED)

    async def live(request: Request) -> Response:
        stream = await asyncio.to_thread(shelf.stream, request.path_params["run"])
        if stream is None:  # an episode may be called "Live"
            return await files.get_response(files.get_path(request.scope), request.scope)
        headers = {**UNCACHED, "accept-ranges": "none"}
        body = iter(()) if request.method == "HEAD" else follow(stream)
        return StreamingResponse(body, headers=headers, media_type="audio/mpeg")

    return Starlette(
        routes=[
            routing.Route("/", first_page),
            routing.Route("/live/{run}.mp3", live),
            routing.Mount("/", files),
        ]
    )


class Files(StaticFiles):
    """Files as they are; a folder is shown by its index.html."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self.config_checked = True  # it may come later
        self._root = folder

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """As Starlette's, which stays inside the folder; hidden things are not found."""
        found, stat = super().lookup_path(path)
        shown = Path(found).relative_to(self._root.resolve()) if stat else Path()
        hidden = any(part.startswith(".") for part in (*Path(path).parts, *shown.parts))
        return ("", None) if hidden else (found, stat)

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """With the type that players expect; what grows at this moment is not sent longer than was said."""
        path = Path(full_path)
        if path.parent.parent.name == LIVE:
            note_heard(path.parent)
        kind = "application/json+chapters" if path.name == "chapters.json" else SERVED_TYPES.get(path.suffix)
        if path.name in {PLAYLIST, STATE_NAME}:
            return _whole(path, kind)
        growing = path.name == GROWING
        if growing and scope["method"] == "GET" and not Request(scope).headers.get("range"):
            length = {"content-length": str(stat_result.st_size), "accept-ranges": "bytes"}
            return StreamingResponse(
                _start_of(path, stat_result.st_size), headers={**UNCACHED, **length}, media_type=kind
            )
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(UNCACHED if growing else CHECKED)
        if kind and "content-type" in response.headers:
            response.headers["content-type"] = kind
        return response


async def follow(stream: Path) -> AsyncIterator[bytes]:
    """The growing file from its beginning, until its stream has ended."""
    silent_s = 0.0
    with (stream / GROWING).open("rb") as file:
        while True:
            over = await asyncio.to_thread(ended, stream)  # looked up first: nothing comes after that
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                silent_s = 0.0
                yield chunk
            if over or silent_s >= SILENCE_LIMIT_S:
                return
            silent_s += LOOK_S
            await asyncio.sleep(LOOK_S)


async def _start_of(path: Path, size: int) -> AsyncIterator[bytes]:
    """As many bytes as there were."""
    with path.open("rb") as file:
        while size and (chunk := await asyncio.to_thread(file.read, min(CHUNK, size))):
            size -= len(chunk)
            yield chunk


def _whole(path: Path, kind: str | None) -> Response:
    """Read at once: such a file is replaced, and the next one is longer."""
    try:
        return Response(path.read_bytes(), headers=UNCACHED, media_type=kind)
    except FileNotFoundError:
        raise HTTPException(404) from None


def _page(shelf: Shelf) -> str:
    return page_template("serving", "library.html").render(
        streams=shelf.streams(), episodes=shelf.episodes(), feeds=shelf.feeds()
    )

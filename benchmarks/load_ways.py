"""Two ways of asking for an episode: the Python API in this process, and a Prefect server with its worker."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self

import httpx
import psutil
from process import cpu_s, peak_mb

from podloom import generate_podcast_async
from podloom.api import build_request
from podloom.errors import PodloomError
from podloom.flows.remote import BUSY, FINAL, RemotePrefect
from podloom.settings import Settings

LOOK_S = 0.5
PAGE = 200
"""Most runs that a Prefect server tells about in one answer."""


@dataclass(frozen=True)
class Made:
    """When an episode was there, by the clock on the wall, and after how many seconds its run had an id."""

    at: float
    first_answer_s: float = 0.0


class Way(Protocol):
    """Somebody who makes episodes, and what that costs."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def make(self, fields: dict[str, Any]) -> Made:
        """Ask for an episode and wait for it.

        Raises:
            PodloomError: It was not made.
        """
        ...

    def spent(self) -> dict[str, float]:
        """CPU seconds and peak memory of the process that makes the episodes."""
        ...


class ThroughApi:
    """All episodes in this process and loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def make(self, fields: dict[str, Any]) -> Made:
        """See Way."""
        await generate_podcast_async(build_request(**fields), settings=self._settings, orchestration="inline")
        return Made(time.time())

    def spent(self) -> dict[str, float]:
        """See Way."""
        return {"CPU s": cpu_s(), "peak MB": peak_mb()}


class ThroughQueue:
    """`podloom serve` in a process of its own: runs are submitted to its server, its worker makes them."""

    def __init__(self, settings: Settings, folder: Path, *, at_once: int, database: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
        self._environment = _environment(settings, folder, database)
        self._command = [sys.executable, "-m", "podloom", "serve", "--port", f"{self._port}"]
        self._command += ["--limit", f"{at_once}"]
        self._log = folder / "serve.log"
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def __aenter__(self) -> Self:
        url = f"http://127.0.0.1:{self._port}/api"
        self._start()
        while "ready" not in self._log.read_text(encoding="utf-8"):
            if self._worker.poll() is not None:
                raise RuntimeError(f"podloom serve ended:\n{self._log.read_text(encoding='utf-8')}")
            await asyncio.sleep(LOOK_S)
        self._server = await RemotePrefect(url).__aenter__()
        self._http = httpx.AsyncClient(base_url=url, timeout=30)
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)
        await self._server.__aexit__()
        await self._http.aclose()
        self._worker.terminate()
        self._worker.wait()

    async def make(self, fields: dict[str, Any]) -> Made:
        """See Way."""
        asked_s = time.monotonic()
        run_id = await self._server.submit(build_request(**fields))
        first_answer_s = time.monotonic() - asked_s
        self._waiting[run_id] = ended = asyncio.get_running_loop().create_future()
        await asyncio.wait({ended, self._looking}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():  # nobody looks any more: what ended that is what went wrong here
            self._looking.result()
        run = ended.result()
        if run["state_type"] != "COMPLETED":
            raise PodloomError(f"run {run['state_name']}: {(run.get('state') or {}).get('message')}")
        return Made(datetime.fromisoformat(run["end_time"]).timestamp(), first_answer_s)

    def spent(self) -> dict[str, float]:
        """See Way; the Prefect server is another process again."""
        worker = psutil.Process(self._worker.pid)
        times = worker.cpu_times()
        return {"CPU s": times.user + times.system, "peak MB": peak_mb(worker.pid)}

    def _start(self) -> None:
        with self._log.open("wb") as log:
            self._worker = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)

    async def _look(self) -> None:
        """Ask for all runs at once: many who ask for their own would keep the server from its work."""
        while True:
            await asyncio.sleep(LOOK_S)
            for first in range(0, len(self._waiting), PAGE):
                wanted = list(self._waiting)[first : first + PAGE]
                asked = {"flow_runs": {"id": {"any_": wanted}}, "limit": PAGE}
                try:
                    answer = await self._http.post("/flow_runs/filter", json=asked)
                except httpx.TransportError:
                    continue  # a busy server: it is asked again
                if answer.status_code in BUSY:
                    continue
                for run in answer.raise_for_status().json():
                    if run["state_type"] in FINAL:
                        self._waiting.pop(run["id"]).set_result(run)


def _environment(settings: Settings, folder: Path, database: str) -> dict[str, str]:
    """The settings as variables, for another process, in the place of those that are set here."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("PODLOOM_")}
    given = {
        "PODLOOM_HOME": str(settings.home),
        "PODLOOM_LLM_BASE_URL": settings.llm.base_url,
        "PODLOOM_LLM_API_KEY": settings.llm.api_key.get_secret_value(),
        "PODLOOM_LLM_MODEL": settings.llm.model,
        "PODLOOM_SPEECH_BASE_URL": settings.speech.base_url,
        "PODLOOM_SPEECH_API_KEY": settings.speech.api_key.get_secret_value(),
        "PREFECT_HOME": str(folder / "prefect"),
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }
    # Only where one is given: else the server keeps SQLite.
    return kept | given | ({"PREFECT_API_DATABASE_CONNECTION_URL": database} if database else {})

"""Asking a Prefect server over HTTP, without importing Prefect: a run is submitted in milliseconds.

The server's REST API is public and versioned: https://docs.prefect.io/v3/api-ref/rest-api
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

import httpx

from podloom.domain import EpisodeRequest
from podloom.errors import RequestError, SettingsError

LOCAL_API = "http://127.0.0.1:4200/api"
"""Where `podloom serve` listens; asked when PREFECT_API_URL is not set."""
DEPLOYMENT = "generate-podcast/generate-podcast"
PATIENCE_S = 10.0
LOOK_S = 0.5
BUSY = frozenset({429, 502, 503, 504})
"""A server on SQLite answers so while its database is locked."""
TRIES = 6
PAUSE_S = 0.2
FINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})


@dataclass(frozen=True)
class RunView:
    """What a run looks like at one moment."""

    id: str
    name: str
    state: str
    """PENDING, RUNNING, COMPLETED, ..."""
    message: str
    percent: float
    doing: str
    """The progress artifact's sentence."""

    @property
    def final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in FINAL


class RemotePrefect:
    """A connection to a server; a context manager. Keep it open to submit many runs."""

    def __init__(self, url: str = "") -> None:
        self.url = (url or os.environ.get("PREFECT_API_URL") or LOCAL_API).rstrip("/")
        self._http = httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_S, headers=_credentials())
        self._deployment = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def submit(self, request: EpisodeRequest) -> str:
        """Queue a run for the episode and return the run's id; the request's priority chooses the queue.

        Raises:
            SettingsError: No server answers, or Podloom is not deployed there.
            RequestError: The server refuses the request.
        """
        if not self._deployment:
            found = await self._ask("GET", f"/deployments/name/{DEPLOYMENT}")
            self._deployment = found["id"]
        body = {
            "parameters": {"request": request.model_dump(mode="json", exclude_unset=True)},
            "work_queue_name": request.priority,
            # So that a submission that is sent again does not become two runs.
            "idempotency_key": uuid.uuid4().hex,
        }
        run = await self._ask("POST", f"/deployments/{self._deployment}/create_flow_run", body)
        return str(run["id"])

    async def look(self, run_id: str) -> RunView:
        """The run now.

        Raises:
            RequestError: There is no such run.
        """
        run = await self._ask("GET", f"/flow_runs/{run_id}")
        wanted = {
            "artifacts": {"flow_run_id": {"any_": [run_id]}, "key": {"any_": ["episode-progress"]}},
            "sort": "CREATED_DESC",
            "limit": 1,
        }
        shown = await self._ask("POST", "/artifacts/filter", wanted)
        progress: dict[str, Any] = shown[0] if shown else {"data": 0, "description": ""}
        state = run.get("state") or {}
        return RunView(
            id=run["id"],
            name=run["name"],
            state=state.get("type", ""),
            message=state.get("message") or "",
            percent=float(progress["data"] or 0),
            doing=progress["description"] or "",
        )

    async def watch(self, run_id: str) -> AsyncIterator[RunView]:
        """The run now and at every change, until it has ended."""
        last: RunView | None = None
        while last is None or not last.final:
            view = await self.look(run_id)
            if view != last:
                yield view
            last = view
            if not view.final:
                await asyncio.sleep(LOOK_S)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = await self._request(method, path, body)
        for attempt in range(TRIES - 1):
            if answer.status_code not in BUSY:
                break
            await asyncio.sleep(PAUSE_S * 2**attempt * random.uniform(0.5, 1.5))
            answer = await self._request(method, path, body)
        if answer.is_success:
            return answer.json()
        raise _refusal(answer, path, self.url)

    async def _request(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        try:
            return await self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise SettingsError(
                f"no Prefect server answers at {self.url!r} ({type(error).__name__}); start one with"
                " `podloom serve`, or set PREFECT_API_URL"
            ) from error


def _refusal(answer: httpx.Response, path: str, url: str) -> RequestError:
    if answer.status_code == httpx.codes.NOT_FOUND and path.startswith("/deployments"):
        return SettingsError(
            f"Podloom is not deployed at {url!r}; start `podloom serve` with this PREFECT_API_URL once"
        )
    if answer.status_code in {404, 422} and path.startswith("/flow_runs"):
        return RequestError(f"there is no run {path.rpartition('/')[2]!r} at {url!r}; check its id")
    if answer.status_code in {401, 403}:
        return SettingsError(f"{url!r} refuses the key; set PREFECT_API_KEY or PREFECT_API_AUTH_STRING")
    return RequestError(f"{url!r} answered {answer.status_code}: {answer.text[:300]}")


def _credentials() -> dict[str, str]:
    if key := os.environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    if login := os.environ.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}
    return {}

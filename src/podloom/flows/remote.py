"""Asking a Prefect server over HTTP, without importing Prefect: a run is submitted in milliseconds.

The server's REST API is public and versioned: https://docs.prefect.io/v3/api-ref/rest-api
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from weakref import WeakKeyDictionary

import httpx
from pydantic import ValidationError

from podloom.domain import Episode, EpisodeRequest
from podloom.errors import RequestError, SettingsError
from podloom.flows.marks import TOLD
from podloom.tasks.failures import read_failure
from podloom.tasks.hidden import revealed
from podloom.tasks.journal import JOURNAL

LOCAL_API = "http://127.0.0.1:4200/api"
"""Where `podloom serve` listens; asked when PREFECT_API_URL is not set."""
DEPLOYMENT = "generate-podcast/generate-podcast"
PATIENCE_S = 10.0
SUMMARY = "episode-summary"
"""Key of the artifact that a completed run leaves."""
BUSY = frozenset({429, 502, 503, 504})
"""A server on SQLite answers so while its database is locked."""
NOBODY = (httpx.ConnectError, httpx.InvalidURL)
"""What an address ends in at which nothing listens, or nothing can."""
TRIES = 6
PAUSE_S = 0.2
LIMIT_S = 30.0
"""No try begins after that."""
KEEPALIVE_S = 60.0
FINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})
RESUMED_WITHIN = timedelta(minutes=5)
"""A crashed run that nobody has started again for so long stays as it is: there is no worker left."""


@dataclass(frozen=True)
class RunView:
    """What a run looks like at one moment."""

    id: str
    name: str
    state: str
    """PENDING, RUNNING, COMPLETED, ..."""
    message: str
    """Of its state; without the error's class where it failed."""
    error: str
    """Name of a class of podloom.errors where it failed, else ""."""
    percent: float
    doing: str
    """The progress artifact's sentence."""
    elapsed_s: float
    journal: tuple[str, str]
    """Id and text of the artifact that tells what has happened; see tasks/journal.py."""
    resumable: bool = False
    """It has lost its worker, and another one is about to start it again; see flows/lost.py."""

    @property
    def final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in FINAL and not self.resumable


class RemotePrefect:
    """A connection to a server; a context manager. Keep it open to submit many runs."""

    def __init__(self, url: str = "") -> None:
        self.url = url.rstrip("/") or _api_url()
        self._http = httpx.AsyncClient(
            base_url=self.url,
            timeout=PATIENCE_S,
            headers=_credentials(),
            limits=httpx.Limits(keepalive_expiry=KEEPALIVE_S),
        )
        self._deployment = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def submit(self, request: EpisodeRequest) -> str:
        """Queue a run for the episode and return the run's id; the request's priority chooses the queue.

        Raises:
            SettingsError: No server answers, or Podloom is not deployed there.
            RequestError: The server refuses the request.
        """
        body = {
            "parameters": {"request": request.model_dump(mode="json", exclude_unset=True)},
            "work_queue_name": request.priority,
            # So that a submission that is sent again does not become two runs.
            "idempotency_key": uuid.uuid4().hex,
        }
        known = self._deployment
        try:
            return await self._create(known or await self._find(), body)
        except SettingsError as error:
            if not known or error.__cause__ is not None:  # no answer at all
                raise
        return await self._create(await self._find(), body)  # it was deployed anew

    async def _find(self) -> str:
        found = await self._ask("GET", f"/deployments/name/{DEPLOYMENT}")
        self._deployment = str(found["id"])
        return self._deployment

    async def _create(self, deployment: str, body: dict[str, Any]) -> str:
        run = await self._ask("POST", f"/deployments/{deployment}/create_flow_run", body)
        return str(run["id"])

    async def look(self, run_id: str) -> RunView:
        """The run now.

        Raises:
            SettingsError: No server answers.
            RequestError: There is no such run.
        """
        run = await self._ask("GET", f"/flow_runs/{run_id}", again=False)  # who follows looks again anyway
        shown = await self._artifacts(run_id, "episode-progress", JOURNAL)
        progress = shown.get("episode-progress", {"data": 0, "description": ""})
        journal = shown.get(JOURNAL, {"id": "", "data": ""})
        state = run.get("state") or {}
        error, message = "", state.get("message") or ""
        if state.get("type") == "FAILED":
            error, message = read_failure(message)
        return RunView(
            id=run["id"],
            name=run["name"],
            state=state.get("type", ""),
            message=message,
            error=error,
            percent=float(progress["data"] or 0),
            doing=progress["description"] or "",
            elapsed_s=float(run.get("estimated_run_time") or 0),
            journal=(journal["id"], journal["data"] or ""),
            resumable=state.get("type") == "CRASHED" and await self._is_resumable(run),
        )

    async def _is_resumable(self, crashed: dict[str, Any]) -> bool:
        if not crashed["deployment_id"]:
            return False
        since = datetime.fromisoformat(crashed["state"]["timestamp"])
        if datetime.now(UTC) - since > RESUMED_WITHIN:
            return False
        return not await self.inputs(crashed["id"], TOLD, limit=1)

    async def episode(self, run_id: str) -> Episode | None:
        """What a completed run has made; None if it made none, or another version of Podloom did."""
        summary = (await self._artifacts(run_id, SUMMARY)).get(SUMMARY, {"data": ""})
        try:
            return Episode.model_validate_json(revealed("episode", summary["data"]))
        except ValidationError:
            return None

    async def cancel(self, run_id: str) -> None:
        """Ask the run to stop; nothing happens to one that has ended."""
        state = {"type": "CANCELLING", "name": "Cancelling"}
        await self._ask("POST", f"/flow_runs/{run_id}/set_state", {"state": state})

    async def inputs(self, run_id: str, prefix: str, *, limit: int) -> dict[str, str]:
        """What lies beside the run under keys that begin so."""
        body = {"prefix": prefix, "limit": limit}
        found = await self._ask("POST", f"/flow_runs/{run_id}/input/filter", body)
        return {one["key"]: one["value"] for one in found}

    async def resume(self, run_id: str, run_input: dict[str, Any]) -> dict[str, Any]:
        """Let a suspended run go on with this input; the answer says whether the server took it."""
        body = {"run_input": run_input}
        result: dict[str, Any] = await self._ask(
            "POST",
            f"/flow_runs/{run_id}/resume",
            body,
            again=False,  # once it is taken, the run is not paused any more
        )
        return result

    async def _artifacts(self, run_id: str, *keys: str) -> dict[str, Any]:
        """The run's newest artifact of each key: a run that is tried again has several."""
        wanted = {
            "artifacts": {"flow_run_id": {"any_": [run_id]}, "key": {"any_": list(keys)}},
            "sort": "CREATED_DESC",
            "limit": 3 * len(keys),
        }
        newest_last = reversed(await self._ask("POST", "/artifacts/filter", wanted))
        return {artifact["key"]: artifact for artifact in newest_last}

    async def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, again: bool = True
    ) -> Any:
        """The answer; a busy server is asked again, also, with `again`, when it has closed the connection."""
        ends_s, attempt = time.monotonic() + LIMIT_S, 0
        while True:
            attempt += 1
            last = attempt == TRIES or time.monotonic() > ends_s
            try:
                answer = await self._http.request(method, path, json=body)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                # Where nothing listens, nothing is busy.
                if last or not again or isinstance(error, NOBODY):
                    raise self._silence(error) from error
            else:
                if answer.is_success:
                    return answer.json()
                if last or answer.status_code not in BUSY:
                    raise _refusal(answer, path, self.url)
            await asyncio.sleep(PAUSE_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))

    def _silence(self, error: Exception) -> SettingsError:
        reason = type(error).__name__
        if isinstance(error, NOBODY):
            return SettingsError(
                f"no Prefect server answers at {self.url!r} ({reason}); start one with `podloom serve`, or"
                " set PREFECT_API_URL"
            )
        return SettingsError(
            f"no Prefect server answers at {self.url!r} in time ({reason}); it may be overrun: try again,"
            " or give it PostgreSQL (see docs/operations.md)"
        )


def warm_prefect() -> RemotePrefect:
    """The running loop's connection to the environment's server, kept between calls.

    Raises:
        RuntimeError: Called outside of a coroutine.
    """
    servers = _WARM.setdefault(asyncio.get_running_loop(), {})
    identity = (_api_url(), *_credentials().values())
    if identity not in servers:
        servers[identity] = RemotePrefect()
    return servers[identity]


async def close_warm_prefects() -> None:
    """Close the running loop's connections; the next `warm_prefect` opens new ones."""
    for server in _WARM.pop(asyncio.get_running_loop(), {}).values():
        await server.close()


_WARM: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, ...], RemotePrefect]] = (
    WeakKeyDictionary()
)


def _api_url() -> str:
    return (os.environ.get("PREFECT_API_URL") or LOCAL_API).rstrip("/")


def _refusal(answer: httpx.Response, path: str, url: str) -> RequestError:
    if answer.status_code == httpx.codes.NOT_FOUND and path.startswith("/deployments"):
        return SettingsError(
            f"Podloom is not deployed at {url!r}; start `podloom serve` with this PREFECT_API_URL once"
        )
    if answer.status_code in {404, 422} and path.startswith("/flow_runs"):
        return RequestError(f"there is no run {path.split('/')[2]!r} at {url!r}; check its id")
    if answer.status_code in BUSY:
        return SettingsError(f"{url!r} is overloaded (it answered {answer.status_code}); try again later")
    if answer.status_code in {401, 403}:
        return SettingsError(f"{url!r} refuses the key; set PREFECT_API_KEY or PREFECT_API_AUTH_STRING")
    return RequestError(f"{url!r} answered {answer.status_code}: {answer.text[:300]}")


def _credentials() -> dict[str, str]:
    if key := os.environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    if login := os.environ.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}
    return {}

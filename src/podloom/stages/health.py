"""Looks at the machine and at the servers in the settings, one finding each."""

from __future__ import annotations

import asyncio
import os
import platform
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from podloom.cache.opening import open_cache
from podloom.domain import EpisodeRequest
from podloom.domain.progress import count_of
from podloom.errors import MissingDependencyError, PodloomError
from podloom.llm.openai import shared_client
from podloom.settings import Settings, load_settings
from podloom.stages import shared
from podloom.stages.folder import check_room
from podloom.stages.reachable import why_silent
from podloom.tts.casting import choose_engine
from podloom.tts.engine import ENGINES, build_engine, told_of
from podloom.tts.openai_servers import addresses

PATIENCE_S = 2.0


@dataclass(frozen=True)
class Finding:
    """One line of the report: `off` means not set up and not needed."""

    name: str
    state: Literal["ok", "off", "bad"]
    found: str
    advice: str = ""


async def examine() -> list[Finding]:
    """All findings, in the order in which a run would need them."""
    settings = load_settings()
    checks: list[Awaitable[Finding]] = [
        _checked("home", lambda: _home(settings)),
        _checked("writer", lambda: _writer(settings)),
        *[_checked(f"engine {name}", partial(_engine, name, settings)) for name in ENGINES],
        *[
            _checked("speech server", partial(speech_server, url))
            for url in addresses(settings.speech.base_url)
        ],
        _checked("cache", lambda: _cache(settings)),
        _checked("database", lambda: _database(settings)),
        _checked("prefect", _prefect),
    ]
    found = await asyncio.gather(*checks)
    return [*_packages(), _choice(settings), *found]


async def _checked(name: str, check: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await check()
    except MissingDependencyError as error:
        return Finding(name, "off", "not installed", str(error))
    except PodloomError as error:
        return Finding(name, "bad", "does not work", str(error))


def extras() -> dict[str, str]:
    """Podloom's extras, each with the package that it is there for: the first that it brings."""
    found: dict[str, str] = {}
    for needed in requires("podloom") or ():
        extra = re.search(r"""extra == ['"]([\w-]+)""", needed)
        package = re.match(r"[\w.-]+", needed)
        if extra and package:
            found.setdefault(extra[1], package[0])
    return found


def _packages() -> list[Finding]:
    found = [Finding("podloom", "ok", f"{version('podloom')} on Python {platform.python_version()}")]
    for extra, package in extras().items():
        try:
            found.append(Finding(f"extra {extra}", "ok", f"{package} {version(package)}"))
        except PackageNotFoundError:
            advice = f"if you want it: pip install 'podloom[{extra}]'"
            found.append(Finding(f"extra {extra}", "off", "not installed", advice))
    return found


def _choice(settings: Settings) -> Finding:
    try:
        choice = choose_engine(EpisodeRequest(sources=("-",)), settings)
    except PodloomError as error:
        return Finding("voices by default", "bad", "none", str(error))
    return Finding("voices by default", "ok", f"{choice.name}: {choice.reason}")


async def _home(settings: Settings) -> Finding:
    check_room(Path(settings.home), 60)
    return Finding("home", "ok", str(settings.home))


async def _writer(settings: Settings) -> Finding:
    if not (settings.llm_key or settings.llm.base_url):
        advice = "set PODLOOM_LLM_API_KEY or PODLOOM_LLM_BASE_URL for a written script"
        return Finding("writer", "off", "offline drafts only", advice)
    return Finding("writer", "ok", await shared_client(settings).check())


async def _engine(name: str, settings: Settings) -> Finding:
    told = told_of(name).readiness(settings, "en", 1)
    if told.why and not told.ready:
        return Finding(f"engine {name}", "off", told.why, "set it up if you want it: docs/settings.md")
    engine = build_engine(name, settings)
    await engine.load()
    voices = engine.voices()
    await engine.close()
    return Finding(f"engine {name}", "ok", f"{engine.version}, {count_of(len(voices), 'voice')}")


async def speech_server(url: str) -> Finding:
    """Whether the server at one of the addresses of PODLOOM_SPEECH_BASE_URL takes calls now."""
    import httpx  # noqa: PLC0415 - 0.1 s, only with a speech server

    address = urlsplit(url)
    where = f"{address.hostname}:{address.port or ''}"
    health = address._replace(path=address.path.rstrip("/").removesuffix("/v1") + "/health", query="")
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            answer = await client.get(health.geturl())
        told = answer.json()
    except httpx.HTTPError as error:
        advice = "start it, or check PODLOOM_SPEECH_BASE_URL"
        return Finding("speech server", "bad", f"{where} does not answer ({type(error).__name__})", advice)
    except ValueError:  # no JSON: somebody else's server
        told = None
    if not (isinstance(told, dict) and {"status", "slots"} <= told.keys()):
        return Finding("speech server", "ok", f"{where} answers; it is not Podloom's")
    found = (
        f"{where} is {told['status']}: {told['version']}, {told['running']} of {told['slots']} voices at "
        f"work, {count_of(told['waiting'], 'line')} waiting"
    )
    if told["status"] in {"ready", "full"}:
        return Finding("speech server", "ok", found)
    return Finding("speech server", "bad", found, "wait until it is ready, or see its log")


async def _cache(settings: Settings) -> Finding:
    cache = open_cache(settings, on_count=lambda _: None)
    try:
        await cache.put("structure", "doctor", b"ok")
        alive = await cache.get("structure", "doctor") == b"ok"
        await cache.delete("structure", "doctor")
    finally:
        await cache.close()
    where = "Redis" if settings.cache.redis_url.get_secret_value() else f"files in {settings.home}"
    if alive:
        return Finding("cache", "ok", where)
    return Finding("cache", "bad", f"{where} does not answer", "check PODLOOM_CACHE_REDIS_URL")


async def _database(settings: Settings) -> Finding:
    database = await shared.database(settings)
    try:
        return Finding("database", "ok", await database.check())
    finally:
        await database.close()


async def _prefect() -> Finding:
    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        return Finding("prefect", "off", "no server set: runs are made inline", "set PREFECT_API_URL")
    if reason := await why_silent(url, patience_s=2):
        return Finding("prefect", "bad", f"{url} does not answer ({reason})", "start the server")
    return Finding("prefect", "ok", url)

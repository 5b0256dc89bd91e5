"""What all runs of a process share: loaded engines and open databases."""

from __future__ import annotations

import asyncio
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from podloom.llm.openai import close_shared_clients
from podloom.settings import Settings
from podloom.stt.transcriber import Transcriber, build_transcriber
from podloom.tts.engine import SpeechEngine, build_engine

if TYPE_CHECKING:
    from podloom.db.database import Database

_lock = threading.Lock()
_engines: dict[tuple[str, str], SpeechEngine] = {}
_transcribers: dict[str, Transcriber] = {}
_databases: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Database]] = WeakKeyDictionary()


def engine(name: str, settings: Settings) -> SpeechEngine:
    """The engine of that name and settings; its model is loaded once a process."""
    # Secrets are shown as stars in this key, so a changed key keeps the engine: restart for that.
    key = (name, f"{settings.home} {settings.speech}")
    with _lock:
        if key not in _engines:
            _engines[key] = build_engine(name, settings)
        return _engines[key]


def transcriber(settings: Settings) -> Transcriber:
    """The recogniser; its model is loaded once a process.

    Raises:
        MissingDependencyError: The extra is not installed.
    """
    key = str(settings.home)
    with _lock:
        if key not in _transcribers:
            _transcribers[key] = build_transcriber(settings)
        return _transcribers[key]


def database_loaded() -> bool:
    """Whether opening a database imports nothing any more."""
    return "podloom.db.database" in sys.modules


async def database(settings: Settings) -> Database:
    """The database of the running loop; connections are kept between runs."""
    # SQLAlchemy takes half a second to import: in a thread, see Studio.
    module = await asyncio.to_thread(import_module, "podloom.db.database")
    of_loop = _databases.setdefault(asyncio.get_running_loop(), {})
    key = settings.database_url.get_secret_value() or str(settings.home)
    if key not in of_loop:
        of_loop[key] = module.Database(settings)
    return of_loop[key]


async def close() -> None:
    """Close what belongs to the running loop, before it ends; engines load again when they are needed."""
    await close_shared_clients()
    for open_database in _databases.pop(asyncio.get_running_loop(), {}).values():
        await open_database.close()
    for shared_engine in list(_engines.values()):
        await shared_engine.close()

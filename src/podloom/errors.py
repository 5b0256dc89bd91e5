"""Everything that Podloom raises on purpose.

    PodloomError                      exit 1
    ├── RequestError                  exit 2   the request cannot be made; nothing was paid for
    │   ├── SettingsError             exit 2   a setting is missing or wrong
    │   ├── SourceError               exit 3   a source cannot be read or holds nothing to speak of
    │   ├── VoiceError                exit 4   engine, voice and language do not fit
    │   └── OutputError               exit 5   the result cannot be written there
    ├── MissingDependencyError        exit 6   an extra is not installed
    ├── ProviderError                 exit 7   a model server refused, failed or did not answer
    │   └── ProviderKeyError          exit 7   ... because of the key
    ├── ScriptError                   exit 8   the writer's answers stayed unusable
    ├── SpeechError                   exit 9   a line could not be voiced
    ├── AudioError                    exit 10  mixing, encoding or measuring failed
    ├── StorageError                  exit 11  cache or database
    └── StoppedError                  exit 130 Ctrl-C

A message names the value, the reason and what to do next. Errors are built from one string, so that they
pickle across processes.
"""

from __future__ import annotations


class PodloomError(Exception):
    """Base of all errors that are shown to a person as one sentence."""

    exit_code = 1
    retryable = False


class RequestError(PodloomError):
    """Raised when a request cannot be made; always before the first paid call."""

    exit_code = 2


class SettingsError(RequestError):
    """Raised when a setting is missing, malformed or contradicts another one."""


class SourceError(RequestError):
    """Raised when a source is missing, unreadable, empty or answers with an error."""

    exit_code = 3


class VoiceError(RequestError):
    """Raised when an engine or a voice is unknown, or cannot speak the language."""

    exit_code = 4


class OutputError(RequestError):
    """Raised when the output folder cannot be written or has no room."""

    exit_code = 5


class MissingDependencyError(PodloomError):
    """Raised when an optional part is asked for and its packages are not installed."""

    exit_code = 6


class ProviderError(PodloomError):
    """Raised when a model server refuses, fails or does not answer in time."""

    exit_code = 7


class ProviderKeyError(ProviderError):
    """Raised when a model server does not accept the key."""


class ScriptError(PodloomError):
    """Raised when a writer's answers stay unusable after every repair."""

    exit_code = 8


class SpeechError(PodloomError):
    """Raised when a line of the script cannot be voiced."""

    exit_code = 9


class AudioError(PodloomError):
    """Raised when mixing, encoding or measuring an episode fails."""

    exit_code = 10


class StorageError(PodloomError):
    """Raised when the cache or the database cannot be used."""

    exit_code = 11


class StoppedError(PodloomError):
    """Raised when a person stopped the run; 130 is what shells say for Ctrl-C."""

    exit_code = 130


def public_name(error: PodloomError) -> str:
    """The name of its class in the tree above; a room's own kinds go by the nearest."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in __all__)


def error_class(name: str) -> type[PodloomError] | None:
    """The class of that name in the tree above; None where there is none, as for a newer version's."""
    found: type[PodloomError] | None = globals()[name] if name in __all__ else None
    return found


__all__ = [
    "AudioError",
    "MissingDependencyError",
    "OutputError",
    "PodloomError",
    "ProviderError",
    "ProviderKeyError",
    "RequestError",
    "ScriptError",
    "SettingsError",
    "SourceError",
    "SpeechError",
    "StoppedError",
    "StorageError",
    "VoiceError",
]

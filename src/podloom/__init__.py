"""Podloom turns sources into a finished podcast episode.

from podloom import generate_podcast

episode = generate_podcast("article.md", title="City trees", minutes=5)
print(episode.folder, episode.duration_s)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podloom.api import (
        build_request,
        generate_podcast,
        generate_podcast_async,
        submit_podcast,
        submit_podcast_async,
    )
    from podloom.domain import (
        ChapterMark,
        Clip,
        Cue,
        Episode,
        EpisodeRequest,
        Loudness,
        Outline,
        Progress,
        Script,
        Segment,
        SourceDocument,
        Speaker,
        SpeakerRequest,
        Transcript,
        Voice,
    )
    from podloom.errors import (
        AudioError,
        MissingDependencyError,
        OutputError,
        PodloomError,
        ProviderError,
        ProviderKeyError,
        RequestError,
        ScriptError,
        SettingsError,
        SourceError,
        SpeechError,
        StorageError,
        VoiceError,
    )
    from podloom.settings import Settings, load_settings

_HOMES = {
    "podloom.api": (
        "build_request",
        "generate_podcast",
        "generate_podcast_async",
        "submit_podcast",
        "submit_podcast_async",
    ),
    "podloom.domain": (
        "ChapterMark",
        "Clip",
        "Cue",
        "Episode",
        "EpisodeRequest",
        "Loudness",
        "Outline",
        "Progress",
        "Script",
        "Segment",
        "SourceDocument",
        "Speaker",
        "SpeakerRequest",
        "Transcript",
        "Voice",
    ),
    "podloom.errors": (
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
    ),
    "podloom.settings": ("Settings", "load_settings"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AudioError",
    "ChapterMark",
    "Clip",
    "Cue",
    "Episode",
    "EpisodeRequest",
    "Loudness",
    "MissingDependencyError",
    "Outline",
    "OutputError",
    "PodloomError",
    "Progress",
    "ProviderError",
    "ProviderKeyError",
    "RequestError",
    "Script",
    "ScriptError",
    "Segment",
    "Settings",
    "SettingsError",
    "SourceDocument",
    "SourceError",
    "Speaker",
    "SpeakerRequest",
    "SpeechError",
    "StoppedError",
    "StorageError",
    "Transcript",
    "Voice",
    "VoiceError",
    "build_request",
    "generate_podcast",
    "generate_podcast_async",
    "load_settings",
    "submit_podcast",
    "submit_podcast_async",
]


def __getattr__(name: str) -> Any:
    """Import on first use: `import podloom` itself takes a millisecond."""
    if name not in _HOME:
        raise AttributeError(f"module 'podloom' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value

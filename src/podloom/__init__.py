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
        EpisodeRun,
        build_request,
        generate_podcast,
        generate_podcast_async,
        start_podcast,
        start_podcast_async,
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
    from podloom.domain.review import Review, ScriptDraft
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
        StoppedError,
        StorageError,
        VoiceError,
    )
    from podloom.settings import Settings, load_settings

_HOMES = ("podloom.api", "podloom.errors", "podloom.domain", "podloom.domain.review", "podloom.settings")
"""Where the names are. The api imports what it is asked for, and nothing for what it does not have."""

__all__ = [
    "AudioError",
    "ChapterMark",
    "Clip",
    "Cue",
    "Episode",
    "EpisodeRequest",
    "EpisodeRun",
    "Loudness",
    "MissingDependencyError",
    "Outline",
    "OutputError",
    "PodloomError",
    "Progress",
    "ProviderError",
    "ProviderKeyError",
    "RequestError",
    "Review",
    "Script",
    "ScriptDraft",
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
    "start_podcast",
    "start_podcast_async",
    "submit_podcast",
    "submit_podcast_async",
]


def __getattr__(name: str) -> Any:
    """Import on first use: `import podloom` itself takes a millisecond."""
    if name not in __all__:
        raise AttributeError(f"module 'podloom' has no attribute {name!r}")
    home = next(module for module in map(import_module, _HOMES) if hasattr(module, name))
    value = globals()[name] = getattr(home, name)
    return value

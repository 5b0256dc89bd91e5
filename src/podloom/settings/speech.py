"""Voices: the ones that are asked, and the ones that are offered to others."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from podloom.settings.group import Group, Seconds, Server


class SpeechSettings(Group):
    """The speech queue, and the remote speech server if one is used."""

    base_url: Server = Field(default="", description="OpenAI-compatible server; empty: OpenAI's own.")
    api_key: SecretStr = Field(default=SecretStr(""), description="Else OPENAI_API_KEY is used.")
    model: str = Field(default="gpt-4o-mini-tts", description="Model of the remote speech server.")
    voices: tuple[str, ...] = Field(
        default=(), description="Voices of the remote server, as a JSON list; empty: OpenAI's."
    )
    format: Literal["auto", "wav", "pcm", "mp3"] = Field(
        default="auto",
        description="Of the remote server's sound; auto: WAV, where it refuses that PCM of 24 kHz, then MP3.",
    )
    instructions: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="Whether the remote model is told in words how to say a line; auto: if its name begins "
        "with gpt-, or if a speech server of Podloom's says that it heeds them.",
    )
    timeout_s: Seconds = Field(default=60.0, description="Of one remote call.")
    max_retries: int = Field(default=4, ge=0, description="Retries of a remote call.")
    requests_per_minute: int = Field(default=0, ge=0, description="0: no limit on our side.")
    price: float = Field(default=0.0, ge=0, description="Per million characters, for the manifest.")
    local_concurrency: int = Field(default=0, ge=0, description="Clips at once, local; 0: cores, at most 4.")
    remote_concurrency: int = Field(default=6, ge=1, description="Clips at once, remote.")
    coqui_model: str = Field(
        default="tts_models/en/vctk/vits", description="Name or path of the Coqui model."
    )
    coqui_config: str = Field(default="", description="Path of the Coqui model's config, with a path.")
    coqui_accept_licence: bool = Field(
        default=False, description="You have read and accept the licence of the Coqui model (XTTS: CPML)."
    )
    coqui_clones: str = Field(
        default="", description="Folder of recordings whose voices XTTS clones, with those people's consent."
    )
    coqui_workers: int = Field(
        default=0,
        ge=0,
        description="Processes that speak with Coqui, each with the model in memory; 0: by cores and memory, "
        "one on a GPU.",
    )
    coqui_batch: int = Field(
        default=1,
        ge=1,
        description="Lines that a VITS model of Coqui speaks in one go, for a GPU: see docs/coqui.md.",
    )
    native_threads: int = Field(
        default=1, ge=1, description="Of onnxruntime or torch within one clip; clips run side by side."
    )
    piper_voice: str = Field(
        default="", description="Piper's .onnx file, or a folder with several; empty: the packaged voice."
    )
    fallback_engine: str = Field(
        default="", description="Engine that voices a line the chosen one cannot; empty: the run fails then."
    )
    read_back: Literal["off", "report"] = Field(
        default="off", description="report: a recogniser hears every clip, and the manifest says what."
    )
    pronunciations: dict[str, str] = Field(
        default={},
        description='As JSON: word to respelling, or to IPA between slashes: {"nginx": "engine ex"}.',
    )


class SpeechServerSettings(Group):
    """The speech server that `podloom speech-server` runs; its engine's settings are those of speech."""

    api_key: SecretStr = Field(
        default=SecretStr(""), description="Key that callers of `podloom speech-server` need; empty: none."
    )
    waiting_room: int = Field(
        default=32, ge=0, description="Calls that may wait for a voice; more are told to come again later."
    )
    waiting_s: Seconds = Field(
        default=45.0, description="Longest wait for a voice; below the callers' PODLOOM_SPEECH_TIMEOUT_S."
    )
    max_characters: int = Field(default=4096, ge=1, description="Of one call's text.")
    drain_s: int = Field(
        default=20, ge=1, description="After SIGTERM what is being spoken may take so long to end."
    )

"""One frozen Settings object, read from the environment once per run and passed down.

Every field is a variable: group and field joined to PODLOOM_LLM_BASE_URL, PODLOOM_CACHE_REDIS_URL, ...
An `.env` file is not read: what starts a run decides its environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from podloom.errors import SettingsError

Seconds = Annotated[float, Field(gt=0)]


class Group(BaseModel):
    """Base of the groups of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LLMSettings(Group):
    """The server that writes: any OpenAI-compatible one."""

    base_url: str = Field(default="", description="Empty: OpenAI's own, if a key is set.")
    api_key: SecretStr = Field(default=SecretStr(""), description="Else OPENAI_API_KEY is used.")
    model: str = Field(default="gpt-5-mini", description="Name of the model on that server.")
    timeout_s: Seconds = Field(default=120.0, description="Longest silence between two parts of an answer.")
    max_retries: int = Field(default=4, ge=0, description="Retries of a call that can be retried.")
    requests_per_minute: int = Field(default=0, ge=0, description="0: no limit on our side.")
    concurrency: int = Field(default=16, ge=1, description="Calls at once.")
    context_tokens: int = Field(default=32_000, ge=2_000, description="What fits into one prompt.")
    structured: Literal["schema", "jsonl"] = Field(
        default="schema", description="How lines are asked for; jsonl for servers without json_schema."
    )
    temperature: float | None = Field(default=None, ge=0, le=2, description="Sent only if set.")
    repairs: int = Field(default=3, ge=0, description="How often a faulty answer is asked for again.")
    beat_words: int = Field(
        default=160, ge=0, description="Longer chapters are written in up to three calls at once. 0: in one."
    )
    input_price: float = Field(default=0.0, ge=0, description="Per million prompt tokens, for the manifest.")
    output_price: float = Field(default=0.0, ge=0, description="Per million completion tokens.")


class SpeechSettings(Group):
    """The speech queue, and the remote speech server if one is used."""

    base_url: str = Field(default="", description="OpenAI-compatible server; empty: OpenAI's own.")
    api_key: SecretStr = Field(default=SecretStr(""), description="Else OPENAI_API_KEY is used.")
    model: str = Field(default="gpt-4o-mini-tts", description="Model of the remote speech server.")
    voices: tuple[str, ...] = Field(
        default=(), description="Voices of the remote server, as a JSON list; empty: OpenAI's."
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
        default={}, description='As JSON: word to respelling, e.g. {"nginx": "engine ex"}.'
    )


class CacheSettings(Group):
    """What is remembered, where and for how long."""

    redis_url: SecretStr = Field(default=SecretStr(""), description="Redis or Valkey; empty: files.")
    structure_ttl_s: int = Field(default=6 * 3600, gt=0, description="Outlines.")
    script_ttl_s: int = Field(default=3600, gt=0, description="Chapter scripts.")
    tts_ttl_s: int = Field(default=24 * 3600, gt=0, description="Clips.")
    transcription_ttl_s: int = Field(default=2 * 3600, gt=0, description="Transcriptions of recordings.")
    clips_in_redis: bool = Field(default=False, description="For machines that share no disk.")
    lease_s: Seconds = Field(default=30.0, description="After this a dead maker's key is made by another.")
    wait_s: Seconds = Field(default=300.0, description="Longest wait for another maker of the same key.")


class AudioSettings(Group):
    """Delivery targets; the defaults are what directories ask for."""

    loudness_lufs: float = Field(default=-16.0, ge=-24, le=-12)
    ceiling_dbtp: float = Field(default=-2.0, ge=-6, le=-1, description="Of the mix; codecs add to it.")
    mp3_kbps: Literal[64, 96, 128, 160, 192] = Field(default=96, description="Mono.")
    m4a_kbps: int = Field(default=64, ge=32, le=256)
    opus_kbps: int = Field(default=32, ge=16, le=256)
    gap_s: float = Field(default=0.32, ge=0, le=3, description="Between speakers.")
    chapter_gap_s: float = Field(default=0.9, ge=0, le=10, description="Between chapters.")


class FeedSettings(Group):
    """How finished episodes are published as a feed."""

    base_url: str = Field(default="", description="Public address of the output folder; empty: no feed.")
    author: str = Field(default="", description="Empty: the podcast's title.")
    email: str = Field(default="")
    description: str = Field(default="")
    category: str = Field(default="Technology")
    font: str = Field(default="", description="Font file for covers; empty: one that has the letters.")


class Settings(BaseSettings):
    """Everything that is not part of a request."""

    model_config = SettingsConfigDict(
        env_prefix="PODLOOM_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        frozen=True,
        extra="forbid",
    )

    home: Path = Field(
        default_factory=lambda: user_data_path("podloom"),
        description="Database, cache, clips and joined model files.",
    )
    out_root: str = Field(
        default="",
        description="Where relative output folders of flow runs lie; empty: the worker's own folder.",
    )
    database_url: SecretStr = Field(
        default=SecretStr(""), description="postgresql+asyncpg://... or sqlite; empty: SQLite in `home`."
    )
    database_pgbouncer: bool = Field(default=False, description="The URL points to a transaction pooler.")
    orchestration: Literal["auto", "prefect", "inline"] = Field(
        default="auto", description="prefect insists on a flow run; auto makes one if an API is reachable."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="WARNING")
    llm: LLMSettings = LLMSettings()
    speech: SpeechSettings = SpeechSettings()
    cache: CacheSettings = CacheSettings()
    audio: AudioSettings = AudioSettings()
    feed: FeedSettings = FeedSettings()

    @property
    def llm_key(self) -> str:
        """The key for the writing server, "" if there is none."""
        return self.llm.api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")

    @property
    def speech_key(self) -> str:
        """The key for the speech server, "" if there is none."""
        return self.speech.api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")

    @property
    def clip_folder(self) -> Path:
        """Content-addressed clips."""
        return self.home / "clips"

    @property
    def model_folder(self) -> Path:
        """Model files joined from packages."""
        return self.home / "models"


def load_settings() -> Settings:
    """The settings of this environment.

    Raises:
        SettingsError: A variable has a value that does not fit.
    """
    try:
        return Settings()
    except ValidationError as error:
        # Neither the value nor pydantic's message is shown: it may be a key.
        names = ", ".join("PODLOOM_" + "_".join(map(str, e["loc"])).upper() for e in error.errors())
        reason = error.errors()[0]["msg"]
        raise SettingsError(f"{names}: {reason}; see docs/settings.md") from None

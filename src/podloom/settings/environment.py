"""All settings as one frozen object, read from the environment once per run and passed down."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from podloom.errors import SettingsError
from podloom.settings.group import Group
from podloom.settings.keeping import CacheSettings
from podloom.settings.publishing import AudioSettings, FeedSettings, ListeningSettings
from podloom.settings.running import LimitSettings, ReviewSettings, RunSettings, WebhookSettings
from podloom.settings.speech import SpeechServerSettings, SpeechSettings
from podloom.settings.watching import AlertSettings, MetricsSettings
from podloom.settings.writing import LLMSettings


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
    speechserver: SpeechServerSettings = SpeechServerSettings()
    cache: CacheSettings = CacheSettings()
    audio: AudioSettings = AudioSettings()
    feed: FeedSettings = FeedSettings()
    listening: ListeningSettings = ListeningSettings()
    metrics: MetricsSettings = MetricsSettings()
    alerts: AlertSettings = AlertSettings()
    limits: LimitSettings = LimitSettings()
    runs: RunSettings = RunSettings()
    review: ReviewSettings = ReviewSettings()
    webhook: WebhookSettings = WebhookSettings()

    @property
    def llm_key(self) -> str:
        """The key for the writing server, "" if there is none."""
        return self.llm.api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")

    @property
    def speech_key(self) -> str:
        """The key for the speech server, "" if there is none."""
        return self.speech.api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")

    @property
    def library_folder(self) -> Path:
        """The output folder that is served."""
        return (Path(self.out_root).expanduser() / self.listening.folder).resolve()

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
        reasons = ". ".join(map(_explained, error.errors()))
        raise SettingsError(f"{reasons}; see docs/settings.md") from None


def _explained(fault: ErrorDetails) -> str:
    """What is wrong with one variable. A text is not shown: it may be a key, or hold one."""
    name = "PODLOOM_" + "_".join(map(str, fault["loc"])).upper()
    known = _variables(Settings, "PODLOOM_")
    if fault["type"] == "extra_forbidden":
        close = get_close_matches(name, known, 1)
        return f"{name} is no setting" + (f"; did you mean {close[0]}?" if close else "")
    shown = "" if "str" in known.get(name, "str").lower() else f", not {fault['input']!r}"
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}{shown}"


def _variables(model: type[BaseModel], prefix: str) -> dict[str, str]:
    """Every variable with its type's name."""
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            found |= _variables(field.annotation, f"{prefix}{name.upper()}_")
        else:
            found[prefix + name.upper()] = str(field.annotation)
    return found

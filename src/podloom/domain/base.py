"""What all domain types share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["en", "ko"]
Format = Literal["conversation", "interview", "narration"]
Role = Literal["host", "guest", "expert", "narrator"]
Priority = Literal["breaking", "normal", "backfill"]
OutputFormat = Literal["mp3", "m4a", "opus"]
WriterName = Literal["auto", "openai", "offline"]
Orchestration = Literal["auto", "prefect", "inline"]
SourceKind = Literal["text", "markdown", "html", "pdf", "subtitles", "audio"]


class Frozen(BaseModel):
    """Base of all domain types."""

    model_config = ConfigDict(frozen=True, extra="forbid")

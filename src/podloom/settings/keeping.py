"""What is remembered between runs."""

from __future__ import annotations

from pydantic import Field, SecretStr

from podloom.settings.group import Group, Seconds


class CacheSettings(Group):
    """What is remembered, where and for how long."""

    redis_url: SecretStr = Field(default=SecretStr(""), description="Redis or Valkey; empty: files.")
    structure_ttl_s: int = Field(default=6 * 3600, gt=0, description="Outlines.")
    script_ttl_s: int = Field(default=3600, gt=0, description="Chapter scripts.")
    tts_ttl_s: int = Field(default=24 * 3600, gt=0, description="Clips.")
    transcription_ttl_s: int = Field(default=2 * 3600, gt=0, description="Transcriptions of recordings.")
    clips_in_redis: bool = Field(default=False, description="For machines that share no disk.")
    clips_kept_days: float = Field(
        default=0, ge=0, description="Clean-up deletes clips of saved episodes after so long; 0: never."
    )
    lease_s: Seconds = Field(default=30.0, description="After this a dead maker's key is made by another.")
    wait_s: Seconds = Field(default=300.0, description="Longest wait for another maker of the same key.")

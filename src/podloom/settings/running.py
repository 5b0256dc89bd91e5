"""How long a run may take, who reviews it, and who is told how it ended."""

from __future__ import annotations

from pydantic import Field, SecretStr

from podloom.settings.group import Group, Seconds


class LimitSettings(Group):
    """Longest time of each stage; one that takes longer hangs, and is stopped with what is made kept."""

    sources_s: Seconds = Field(default=3600.0, description="Reading sources; recordings are transcribed.")
    outline_s: Seconds = Field(default=3600.0, description="The plan of the chapters.")
    chapter_s: Seconds = Field(default=6 * 3600.0, description="A chapter; it waits for the speech queue.")
    mix_s: Seconds = Field(default=6 * 3600.0, description="The mix; it waits for the chapters.")
    publish_s: Seconds = Field(default=6 * 3600.0, description="Reading back, tags, texts, cover.")
    record_s: Seconds = Field(default=600.0, description="The rows of the database.")


class RunSettings(Group):
    """Flow runs: how lost ones are noticed, and who is told."""

    inline_cpu_s: float = Field(
        default=30.0,
        ge=0,
        description="start_podcast queues what is estimated to take more seconds of this process's cores.",
    )
    heartbeat_s: Seconds = Field(default=15.0, description="Between two signs of life of a flow run.")
    lost_after_s: Seconds = Field(
        default=90.0, description="A run without a sign of life for so long has lost its worker."
    )
    resumptions: int = Field(default=3, ge=0, description="How often a lost run is started again by itself.")
    notify_block: str = Field(
        default="",
        description="Prefect notification block that automations write to, e.g. slack-webhook/editors;"
        " empty: their events show in the UI's feed only.",
    )


class ReviewSettings(Group):
    """How a script waits for its reviewer, in runs that ask for a review."""

    rounds: int = Field(default=3, ge=0, description="How often a rejected script is written anew.")
    timeout_s: int = Field(
        default=7 * 86400, ge=60, description="Longest wait of a queued run; the run fails then."
    )


class WebhookSettings(Group):
    """Where every finished, failed or cancelled episode is told."""

    url: SecretStr = Field(default=SecretStr(""), description="Gets a POST of JSON; empty: nobody is told.")
    secret: SecretStr = Field(
        default=SecretStr(""), description="Signs what is sent (HMAC-SHA256); see docs/news.md."
    )
    timeout_s: Seconds = Field(default=10.0, description="Of one try.")
    tries: int = Field(default=4, ge=1, description="With growing pauses between them.")

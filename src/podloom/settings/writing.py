"""The server that writes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from podloom.settings.group import Group, Seconds, Server


class LLMSettings(Group):
    """The server that writes: any OpenAI-compatible one."""

    base_url: Server = Field(default="", description="Empty: OpenAI's own, if a key is set.")
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

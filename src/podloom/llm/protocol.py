"""What the writer needs from a language model: a streamed answer, and an honest end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from podloom.errors import ProviderError


@dataclass(frozen=True)
class Prompt:
    """One call. The system text and the first part of `user` stay the same across chapters (prompt cache)."""

    system: str
    user: str
    schema_name: str
    schema: dict[str, Any]
    """JSON schema of the answer; one object."""
    max_tokens: int
    seed: int | None = None
    cache_hint: str = ""
    """Same for all calls of an episode; sent only to servers that know it."""
    on_sent: Callable[[], None] | None = field(default=None, compare=False, repr=False)
    """Called when the call is on its way and the model has the floor; again when it is repeated."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one call, as the server counted them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


class IncompleteAnswerError(ProviderError):
    """Raised at the end of a stream that did not end by itself (cut, filtered or out of tokens)."""

    retryable = True


class LLMClient(Protocol):
    """A connection to one model, shared by all chapters and episodes of a process."""

    model: str
    """For cache keys and the manifest."""

    def stream(self, prompt: Prompt) -> AsyncIterator[str | Usage]:
        """Pieces of the answer as they arrive; at most one Usage, last.

        Raises:
            IncompleteAnswerError: The answer stopped early; what was yielded is good so far.
            ProviderError: The server refused or failed after its retries.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...

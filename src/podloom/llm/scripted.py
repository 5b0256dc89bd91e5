"""A language model that says what it was given to say: for tests, rehearsals and reproducing a fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from podloom.errors import ProviderError
from podloom.llm.protocol import IncompleteAnswerError, Prompt, Usage

_USAGE = Usage(prompt_tokens=100, completion_tokens=50, cached_tokens=10)


@dataclass(frozen=True)
class Answer:
    """What one call gets."""

    text: str = ""
    cut: bool = False
    """The answer stops here without having ended."""
    error: ProviderError | None = None
    """Raised after the text."""
    usage: Usage = _USAGE


class ScriptedClient:
    """Plays answers in order, or asks a function for each prompt; keeps the prompts it got.

    ScriptedClient(['{"lines": [...]}', Answer('{"lin', cut=True)])    # in order
    ScriptedClient(lambda prompt: ...)                                 # for calls in any order
    """

    def __init__(
        self,
        answers: Iterable[str | Answer] | Callable[[Prompt], str | Answer],
        *,
        model: str = "scripted",
        chunk: int = 7,
    ) -> None:
        if chunk < 1:
            raise ValueError(f"chunk must be at least one character, not {chunk}")
        self.model = model
        self.prompts: list[Prompt] = []
        self.closed = False
        self._chunk = chunk
        self._ask = answers if callable(answers) else _in_order(answers)

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Usage]:
        """Pieces of the next answer.

        Raises:
            IncompleteAnswerError: The answer is to be cut.
            ProviderError: The answer says so, or there is none left.
        """
        self.prompts.append(prompt)
        if prompt.on_sent is not None:
            prompt.on_sent()
        given = self._ask(prompt)
        answer = Answer(given) if isinstance(given, str) else given
        for start in range(0, len(answer.text), self._chunk):
            await asyncio.sleep(0)
            yield answer.text[start : start + self._chunk]
        if answer.error is not None:
            raise answer.error
        if answer.cut:
            raise IncompleteAnswerError(f"the answer of {self.model!r} was cut, as scripted")
        yield answer.usage

    async def close(self) -> None:
        """Nothing is held; remembers that it was called."""
        self.closed = True


def _in_order(answers: Iterable[str | Answer]) -> Callable[[Prompt], str | Answer]:
    left = iter(answers)

    def ask(prompt: Prompt) -> str | Answer:
        answer = next(left, None)
        if answer is None:
            raise ProviderError(f"the scripted model has no answer left for {prompt.schema_name!r}")
        return answer

    return ask

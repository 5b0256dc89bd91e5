"""What the server was asked, when, and what became of it."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any, Literal

from podloom.rehearsal.scenario import Route

Outcome = Literal["running", "answered", "refused", "broken", "abandoned"]
"""answered: paid for. refused: an error status. broken: by a scripted fault. abandoned: the client left."""
KEPT = 20_000
"""Calls that are remembered in full; counts are of all."""


@dataclass
class Call:
    """One request, as it was and as it went. Times are in seconds of the server's clock."""

    number: int
    """Among the calls of its route, from 1."""
    route: Route
    body: dict[str, Any]
    arrived_s: float
    in_flight: int
    """Calls of its route at once, this one included, when it arrived."""
    schema_name: str = ""
    chapter: int | None = None
    """As the prompt counts chapters."""
    fault: str = ""
    status: int = 200
    first_byte_s: float | None = None
    finished_s: float | None = None
    outcome: Outcome = "running"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    @property
    def prompt(self) -> str:
        """All messages of a chat call, or the text to be spoken."""
        if self.route == "speech":
            return str(self.body.get("input", ""))
        return "\n".join(message_texts(self.body))

    @property
    def key(self) -> str:
        """Same for calls that ask for the same."""
        return blake2b(json.dumps(self.body, sort_keys=True).encode(), digest_size=16).hexdigest()


def message_texts(body: dict[str, Any]) -> list[str]:
    """The texts of a chat call's messages, whether plain or in parts."""
    texts = []
    for message in body.get("messages") or []:
        content = message.get("content") or ""
        parts = [content] if isinstance(content, str) else [part.get("text", "") for part in content]
        texts.append("\n".join(parts))
    return texts


@dataclass
class Calls:
    """The record of a server; written by its thread, read by anyone."""

    _kept: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT))
    _counts: Counter[str] = field(default_factory=Counter)
    _running: Counter[str] = field(default_factory=Counter)
    _most: Counter[str] = field(default_factory=Counter)
    _paid: Counter[str] = field(default_factory=Counter)

    def begin(self, route: Route, body: dict[str, Any], now_s: float) -> Call:
        """Record an arrival."""
        self._counts[route] += 1
        self._running[route] += 1
        self._most[route] = max(self._most[route], self._running[route])
        call = Call(self._counts[route], route, body, now_s, self._running[route])
        self._kept.append(call)
        return call

    def end(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Record how it ended; only the first time counts."""
        if call.finished_s is not None:
            return
        call.finished_s, call.outcome = now_s, outcome
        self._running[call.route] -= 1
        if outcome == "answered":
            self._paid[call.key] += 1

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return self._counts.total()

    def of(self, route: Route, schema_name: str | None = None) -> list[Call]:
        """The calls of a route, of one schema if that is named, in order of arrival."""
        return [c for c in self if c.route == route and schema_name in {None, c.schema_name}]

    def count(self, route: Route, schema_name: str | None = None) -> int:
        """How many calls there were."""
        return self._counts[route] if schema_name is None else len(self.of(route, schema_name))

    def running(self, route: Route) -> int:
        """Calls that are being answered now."""
        return self._running[route]

    def max_concurrency(self, route: Route) -> int:
        """The most calls of a route at the same time."""
        return self._most[route]

    def paid_twice(self) -> list[Call]:
        """The calls that were answered in full more than once: the first of each kind."""
        first = {call.key: call for call in reversed(tuple(self))}
        return [first[key] for key, times in self._paid.items() if times > 1 and key in first]

    def clear(self) -> None:
        """Forget everything but what is running."""
        self._kept.clear()
        self._counts.clear()
        self._paid.clear()
        self._most = Counter(self._running)

    def summary(self) -> dict[str, Any]:
        """Counts, for those who ask over HTTP."""
        return {
            "counts": dict(self._counts),
            "max_concurrency": dict(self._most),
            "outcomes": dict(Counter(f"{call.route} {call.outcome}" for call in self)),
            "paid_twice": len(self.paid_twice()),
            "prompt_tokens": sum(call.prompt_tokens for call in self),
            "completion_tokens": sum(call.completion_tokens for call in self),
            "cached_tokens": sum(call.cached_tokens for call in self),
        }

    def as_json(self, *, bodies: bool) -> dict[str, Any]:
        """The summary and every call; bodies only when asked for, they are long."""
        listed = [asdict(call) for call in self]
        for row in listed:
            if not bodies:
                del row["body"]
        return {**self.summary(), "calls": listed}

"""Faults by script (this call, so many times) and by chance (this share of calls, from a seed)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from podloom.rehearsal.calls import Call
from podloom.rehearsal.scenario import Route

Kind = Literal[
    # the answer is an error status
    "400", "401", "404", "429", "500", "503",
    # the answer breaks off, at `at` of its length
    "cut", "malformed", "stall", "disconnect", "length", "filter",
    # the answer is complete and no good
    "prose", "wrong_speaker", "empty_line", "stage_direction", "wrong_language", "short", "repeated",
    # the clip is no good
    "silent", "empty", "clipped",
    # the answer is good and late
    "slow",
]  # fmt: skip
"""What can go wrong."""

STATUSES: frozenset[Kind] = frozenset({"400", "401", "404", "429", "500", "503"})
BREAKS: frozenset[Kind] = frozenset({"cut", "malformed", "stall", "disconnect", "length", "filter"})


@dataclass(frozen=True)
class Fault:
    """A rule: every condition that is set has to hold."""

    kind: Kind
    route: Route = "chat"
    times: int = 1
    """How often it strikes; 0: always."""
    nth: int | None = None
    """Only the nth call of the route, from 1."""
    text: str = ""
    """Only where the prompt, or the text to be spoken, holds this."""
    schema: str = ""
    """Only answers of this schema, e.g. "outline" or "chapter"."""
    chapter: int | None = None
    """Only this chapter, counted as the prompt counts."""
    at: float = 0.5
    """Where an answer breaks off, as a share of its length."""
    retry_after_s: float | None = None
    """Sent with an error status."""
    delay_s: float = 5.0
    """How much later a slow answer is."""

    def strikes(self, call: Call) -> bool:
        """Whether the conditions hold for this call."""
        return (
            call.route == self.route
            and self.nth in {None, call.number}
            and self.schema in {"", call.schema_name}
            and self.chapter in {None, call.chapter}
            and self.text in call.prompt
        )


@dataclass(frozen=True)
class Chaos:
    """Shares of calls that go wrong by chance; for load tests."""

    seed: int = 7
    rates: dict[Kind, float] = field(default_factory=dict)
    """E.g. {"429": 0.3, "500": 0.1}; together at most 1."""
    routes: frozenset[Route] = frozenset({"chat", "speech"})
    retry_after_s: float = 0.05

    def __post_init__(self) -> None:
        if sum(self.rates.values()) > 1:
            raise ValueError(f"the rates {self.rates} add up to more than 1")


class FaultScript:
    """Chooses the fault of each call."""

    def __init__(self, rules: Sequence[Fault] = (), chaos: Chaos | None = None) -> None:
        self._left = [(rule, rule.times or None) for rule in rules]
        self._chaos = chaos
        self._random = Random(chaos.seed if chaos else 0)

    @property
    def unused(self) -> list[Fault]:
        """Rules that have not struck as often as they should: a test that expects them is wrong."""
        return [rule for rule, left in self._left if left]

    def add(self, *rules: Fault) -> None:
        """More rules; the ones before go first."""
        self._left += [(rule, rule.times or None) for rule in rules]

    def forget(self) -> None:
        """Nothing goes wrong by script any more."""
        self._left.clear()

    def choose(self, call: Call) -> Fault | None:
        """The first rule that strikes, else chance; None for an answer as it should be."""
        for index, (rule, left) in enumerate(self._left):
            if left != 0 and rule.strikes(call):
                self._left[index] = (rule, left - 1 if left else None)
                return rule
        return self._by_chance(call)

    def _by_chance(self, call: Call) -> Fault | None:
        if self._chaos is None or call.route not in self._chaos.routes:
            return None
        drawn = self._random.random()
        for kind, rate in self._chaos.rates.items():
            if drawn < rate:
                return Fault(kind, call.route, retry_after_s=self._chaos.retry_after_s)
            drawn -= rate
        return None

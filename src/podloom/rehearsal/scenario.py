"""How long a rehearsal takes and how much it writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Route = Literal["chat", "speech", "models"]


@dataclass(frozen=True)
class Pace:
    """When the pieces of one streamed answer are due, in seconds after the request.

    Due times are computed from the start, so that a late piece does not delay the next ones.
    """

    first_s: float = 0.0
    total_s: float = 0.0

    def due_s(self, index: int, count: int) -> float:
        """When piece `index` of `count` is due; the last one at `total_s`."""
        return self.first_s + (self.total_s - self.first_s) * (index + 1) / count


@dataclass(frozen=True)
class Scenario:
    """What the server does when nothing goes wrong. The default answers at once."""

    chapters: int = 0
    """0: as many as the prompt asks for."""
    lines: int = 0
    """In each chapter; 0: as many as the asked-for words need."""
    words_per_line: int = 24
    """Used where the prompt names no number of words."""
    first_token_s: float = 0.0
    tokens_per_s: float = 0.0
    """0: at once. An answer with a duration of its own (below) ignores it."""
    outline_s: float = 0.0
    """Duration of the whole answer, its pieces evenly spread."""
    chapter_s: float = 0.0
    """Of a chapter with all its lines; the rest of a chapter takes its share."""
    speech_s: float = 0.0
    """Until the first byte of a clip; the rest follows at once."""
    speech_s_per_char: float = 0.0
    seed: int = 7
    """Other seed, other words."""

    def pace(self, schema_name: str, tokens: int, share: float = 1.0) -> Pace:
        """The pace of an answer of `tokens` pieces that is this share of what the schema is for."""
        total_s = {"outline": self.outline_s, "chapter": share * self.chapter_s}.get(schema_name, 0.0)
        if not total_s and self.tokens_per_s:
            total_s = self.first_token_s + tokens / self.tokens_per_s
        return Pace(self.first_token_s, max(total_s, self.first_token_s))

    def clip_s(self, text: str) -> float:
        """Seconds until the clip of `text` is there."""
        return self.speech_s + self.speech_s_per_char * len(text)


SCENARIOS = {
    "fast": Scenario(),
    "seed": Scenario(chapters=5, lines=5, outline_s=4.0, chapter_s=9.5, speech_s=0.9),
    "peer": Scenario(chapters=6, lines=8, outline_s=1.0, chapter_s=3.0, speech_s=0.5),
}
"""By the name that `--scenario` takes. The paced ones are the benchmarks' workloads."""

"""Answers that fit any JSON schema, with sentences where there should be text."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from podloom.domain import Language
from podloom.rehearsal.reading import Reading
from podloom.rehearsal.scenario import Scenario
from podloom.rehearsal.sentences import lines, sentence, title

SPEAKERS = ("Alex", "Jamie")
"""Where the schema does not say who may speak."""
BLOCK = 1_000
"""Sentences set aside for one chapter."""
KEY_POINTS = 3
WORDS_PER_LINE = 35
"""How long a line is when only the words of a chapter are given."""
OPENING_WORDS = 10
"""The first line is short, so that its clip is there early."""
LONGEST_WORDS: dict[Language, int] = {"en": 105, "ko": 80}
"""Of a line; where so few lines cannot hold the words, there is one more."""
CHAPTERS = 3
"""Where neither scenario nor prompt says how many."""


def _type(schema: dict[str, Any]) -> str:
    """The type asked for, the first that is not null where there are several."""
    kind = schema.get("type", "object" if "properties" in schema else "null")
    if isinstance(kind, list):
        return next((str(each) for each in kind if each != "null"), "null")
    return str(kind)


@dataclass
class AnswerWriter:
    """Fills one schema for one call."""

    reading: Reading
    scenario: Scenario
    new_lines: list[str] = field(init=False)
    """The chapter's lines without those that the prompt already holds: it asks for the rest."""
    _texts: Iterator[str] = field(init=False)
    _spoken: int = field(default=0, init=False)
    _number: int = field(init=False)

    def __post_init__(self) -> None:
        self._number = self._first()
        self.new_lines = [line for line in self._all_lines() if line not in self.reading.prompt]
        self._texts = iter(self.new_lines)

    @property
    def share(self) -> float:
        """How much of the chapter the answer is, 0 to 1."""
        return len(self.new_lines) / self._line_count / self.reading.parts

    def value(self) -> Any:
        """The whole answer."""
        return self._fill(self.reading.schema, "")

    def text(self) -> str:
        """The whole answer as a model would write it."""
        if self.reading.shape == "prose":
            return " ".join(self._sentence() for _ in range(3))
        if self.reading.shape == "lines":
            if self.reading.schema_name == "outline":
                rows = self._chapters(self.reading.schema)
            else:
                rows = [self._fill(self.reading.schema, "lines") for _ in self.new_lines]
            return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        return json.dumps(self.value(), ensure_ascii=False)

    def _first(self) -> int:
        """Of the sentences for this call: by episode, and by chapter within it."""
        if self.reading.schema_name == "chapter" and self.reading.chapter is not None:
            about, block = self.reading.episode, self.reading.chapter * BLOCK
            block += (self.reading.part - 1) * BLOCK // self.reading.parts
        else:
            about, block = self.reading.prompt, 0
        digest = blake2b(f"{self.scenario.seed} {about}".encode(), digest_size=4).digest()
        return int.from_bytes(digest) * 100 + block

    @property
    def _line_count(self) -> int:
        if not self.scenario.lines:
            return max(2, round((self.reading.words or 140) / WORDS_PER_LINE))
        # The scenario counts lines of whole chapters.
        part, parts = self.reading.part, self.reading.parts
        before = round(self.scenario.lines * (part - 1) / parts)
        least = -(-(self.reading.words or 0) // LONGEST_WORDS[self.reading.language])
        return max(1, least, round(self.scenario.lines * part / parts) - before)

    @property
    def _chapter_count(self) -> int:
        return self.scenario.chapters or self.reading.chapters or CHAPTERS

    def _all_lines(self) -> list[str]:
        count = self._line_count
        words = self.reading.words or count * self.scenario.words_per_line
        longest = LONGEST_WORDS[self.reading.language]
        opening = max(min(OPENING_WORDS, words // count), words - (count - 1) * longest)
        rest = (words - opening) // max(1, count - 1)
        return lines(self._number, self.reading.language, [opening, *[rest] * (count - 1)])

    def _sentence(self) -> str:
        self._number += 1
        return sentence(self._number, self.reading.language)

    def _fill(self, schema: dict[str, Any], name: str) -> Any:
        schema = self._resolved(schema)
        if name == "speaker":
            return self._speaker(schema)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        makers = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._quantity,
            "number": self._quantity,
            "boolean": lambda *_: False,
            "null": lambda *_: None,
        }
        return makers[_type(schema)](schema, name)

    def _object(self, schema: dict[str, Any], _: str) -> dict[str, Any]:
        return {key: self._fill(each, key) for key, each in schema.get("properties", {}).items()}

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema that counts: references followed, the first alternative taken."""
        while "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
            if "$ref" in schema:
                found: Any = self.reading.schema
                for part in schema["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
                schema = found
            else:
                schema = (schema.get("anyOf") or schema["oneOf"])[0]
        return schema

    def _array(self, schema: dict[str, Any], name: str) -> list[Any]:
        items = schema.get("items", {})
        if name == "lines":
            rows = len(self.new_lines)
        elif name == "chapters":
            return self._chapters(items)
        elif name == "plan":
            rows = self._chapter_count
        elif name in {"passages", "sources"}:
            return list(self.reading.passages)
        else:
            rows = KEY_POINTS if "point" in name else 1
        rows = min(max(rows, schema.get("minItems", 0)), schema.get("maxItems", sys.maxsize))
        return [self._fill(items, name) for _ in range(rows)]

    def _chapters(self, schema: dict[str, Any]) -> list[Any]:
        """Planned chapters; where only some are asked for, the schema lists their numbers."""
        numbers = schema.get("properties", {}).get("number", {}).get("enum")
        count = len(numbers or range(self._chapter_count))
        made = [self._chapter(schema, index) for index in range(count)]
        return [each | {"number": n} for each, n in zip(made, numbers, strict=True)] if numbers else made

    def _chapter(self, schema: dict[str, Any], index: int) -> Any:
        """A planned chapter; the passages are dealt out, none is left over."""
        chapter = self._fill(schema, "chapter")
        for name in {"passages", "sources"} & set(chapter):
            share = self.reading.passages[index :: self._chapter_count]
            chapter[name] = list(share or self.reading.passages[:1])
        return chapter

    def _string(self, schema: dict[str, Any], name: str) -> str:
        if name == "text":
            made = next(self._texts, None) or self._sentence()
        elif name == "title":
            self._number += 1
            made = title(self._number, self.reading.language)
        else:
            made = self._sentence()
        while len(made) < schema.get("minLength", 0):
            made = f"{made} {self._sentence()}"
        return made[: schema.get("maxLength", len(made))]

    def _speaker(self, schema: dict[str, Any]) -> str:
        """Everybody in turn."""
        names = schema.get("enum", SPEAKERS)
        self._spoken += 1
        return str(names[(self._spoken - 1) % len(names)])

    def _quantity(self, schema: dict[str, Any], name: str) -> int:
        if name == "words" and self.reading.words:
            return self.reading.words // self._chapter_count
        return int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))

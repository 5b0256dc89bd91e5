"""What a model would understand from a chat call: the shape asked for, language, chapter, words, speakers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from podloom.domain import Language
from podloom.rehearsal.calls import message_texts

Shape = Literal["object", "lines", "prose"]

_HANGUL = re.compile(r"[가-힣]")
_LETTER = re.compile(r"[A-Za-z가-힣]")
_TOLD = {
    "ko": re.compile(r"\b(?:in|language(?: is)?:?) Korean\b|한국어로", re.IGNORECASE),
    "en": re.compile(r"\b(?:in|language(?: is)?:?) English\b|영어로", re.IGNORECASE),
}
_ABOUT_WORDS = re.compile(r"\babout (\d[\d,]*) (?:spoken )?words\b|약 (\d[\d,]*)어절", re.IGNORECASE)
_WORDS = re.compile(r"(\d[\d,]*)\s*(?:-\s*)?(?:spoken\s+)?(?:words\b|단어|어절)", re.IGNORECASE)
_CHAPTER = re.compile(r"\bchapter\s+(\d+)|(\d+)\s*번 챕터|(\d+)\s*장\b", re.IGNORECASE)
_PART = re.compile(r"\bpart (\d+) of (\d+) of chapter|(\d+)부분 가운데 (\d+)번째")
_CHAPTERS = re.compile(r"\b(\d+) chapters?\b|챕터 (\d+)개", re.IGNORECASE)
_PASSAGE = re.compile(r"<source passage=\"(\d+)\"|(?:^|\n)\s*(?:passage\s+)?\[?#?(\d+)\]", re.IGNORECASE)
_SCHEMA = re.compile(r"JSON schema:\s*(\{.*\})", re.DOTALL | re.IGNORECASE)
ENOUGH_HANGUL = 0.3
PREFIX_CHARS = 400
"""Of a user message without sources: so much is taken to be the same in all chapters of an episode."""


@dataclass(frozen=True)
class Reading:
    """A chat call, understood."""

    shape: Shape
    schema_name: str
    """"outline" and "chapter" by what the schema holds; else its own name."""
    schema: dict[str, Any]
    language: Language
    chapter: int | None
    part: int
    """Of the chapter, from 1."""
    parts: int
    """In which the chapter is written; 1: in one."""
    chapters: int | None
    """How many chapters are to be planned."""
    words: int | None
    """Of the whole answer; a call for the rest of a chapter names the chapter's words first."""
    passages: tuple[int, ...]
    episode: str
    """What the calls of an episode have in common: instructions, and the beginning of the rest."""
    prompt: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> Reading:
        """Read a chat call's body."""
        texts = message_texts(body)
        prompt = "\n".join(texts)
        name, schema, shape = _asked_for(body, prompt)
        last = texts[-1] if texts else ""
        part, parts = _part(last)
        return cls(
            shape=shape,
            schema_name=_kind(schema) or name,
            schema=schema,
            language=_language(texts),
            chapter=next(reversed(_numbers(_CHAPTER, last)), None),
            part=part,
            parts=parts,
            chapters=next(reversed(_numbers(_CHAPTERS, last)), None),
            words=next(iter(_numbers(_ABOUT_WORDS, last) or _numbers(_WORDS, last)), None),
            passages=tuple(sorted(set(_numbers(_PASSAGE, prompt)))),
            episode=_beginning(texts),
            prompt=prompt,
        )


def _part(text: str) -> tuple[int, int]:
    """Which part of a chapter is to be written, and of how many."""
    match = _PART.search(text)
    if match is None:
        return 1, 1
    part, parts, parts_ko, part_ko = match.groups()
    return int(part or part_ko), int(parts or parts_ko)


def _beginning(texts: list[str]) -> str:
    """Instructions, title and outline: all that comes before the first source."""
    user = texts[1] if len(texts) > 1 else ""
    head, source, _ = user.partition("<source")
    return "\n".join([*texts[:1], head if source else user[:PREFIX_CHARS]])


def _asked_for(body: dict[str, Any], prompt: str) -> tuple[str, dict[str, Any], Shape]:
    """Name, schema and shape: from `response_format`, else from a schema written into the prompt."""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        named = wanted["json_schema"]
        return named["name"], named["schema"], "object"
    written = _SCHEMA.search(prompt)
    if written:
        # Whatever follows the schema in the prompt is not part of it.
        schema, _ = json.JSONDecoder().raw_decode(written.group(1))
        return "", schema, "lines" if "JSON Lines" in prompt else "object"
    return "", {}, "object" if wanted.get("type") == "json_object" else "prose"


def _kind(schema: dict[str, Any]) -> str:
    properties = schema.get("anyOf", [schema])[0].get("properties", {})
    if "chapters" in properties or {"number", "key_points"} <= set(properties):
        return "outline"
    return "chapter" if "lines" in properties or {"speaker", "text"} <= set(properties) else ""


def _language(texts: list[str]) -> Language:
    """As told in words, else that of the instructions: sources may be in another one."""
    head = texts[0] if texts else ""
    for text in (head, "\n".join(texts)):
        told = {language for language, pattern in _TOLD.items() if pattern.search(text)}
        if len(told) == 1:
            return "ko" if "ko" in told else "en"
    letters = len(_LETTER.findall(head))
    return "ko" if letters and len(_HANGUL.findall(head)) >= ENOUGH_HANGUL * letters else "en"


def _numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    """All numbers a pattern finds, in order; each alternative has one group."""
    found = (next(filter(None, match.groups())) for match in pattern.finditer(text))
    return [int(number.replace(",", "")) for number in found]

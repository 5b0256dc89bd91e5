"""The words that are sent to a language model: one template a prompt and language, rendered and hashed."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template

from podloom.domain import Language

PromptName = Literal[
    "system", "outline", "outline_repair", "outline_details", "chapter", "chapter_repair", "condense"
]


def render(name: PromptName, language: Language, **values: object) -> str:
    """The prompt with `values` filled in; a value that is missing is an `UndefinedError`."""
    return _template(name, language).render(**values).strip()


def prompt_hash(name: PromptName, language: Language) -> str:
    """sha256 of the template's source: whoever changes a prompt changes the cache keys."""
    return hashlib.sha256(_source(name, language).encode()).hexdigest()


def _source(name: str, language: str) -> str:
    return files(__package__).joinpath(language, f"{name}.md.j2").read_text("utf-8")


@cache
def _template(name: str, language: str) -> Template:
    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - prompts are plain text, not HTML
    )
    return environment.from_string(_source(name, language))

"""The table of parsers, and which one a file or an answer needs."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath
from typing import Literal

from podloom.errors import SourceError
from podloom.sources.decode import decode
from podloom.sources.locate import READABLE
from podloom.sources.parsed import Parsed

Kind = Literal["text", "markdown", "html", "pdf", "subtitles"]

SUFFIXES: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".vtt": "subtitles",
    ".srt": "subtitles",
}

MEDIA_TYPES: dict[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/vtt": "subtitles",
    "application/x-subrip": "subtitles",
    "text/srt": "subtitles",
}
VAGUE_TYPES = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
"""Types that servers send for anything; the suffix and the content tell more."""

PARSERS: dict[Kind, str] = {
    "text": "podloom.sources.plaintext:parse_plain",
    "markdown": "podloom.sources.markdown:parse_markdown",
    "html": "podloom.sources.webpage:parse_webpage",
    "pdf": "podloom.sources.pdf:parse_pdf",
    "subtitles": "podloom.sources.subtitles:parse_subtitles",
}
"""Kind to "module:function", imported when first needed. A new kind is one file and one row here."""
BINARY: frozenset[Kind] = frozenset({"pdf"})
"""Kinds whose parser takes bytes; the others take decoded text."""


def kind_of_file(path: str, content: bytes) -> Kind:
    """By content where that is certain, else by suffix; without a known suffix it is taken as text."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    return SUFFIXES.get(PurePath(path).suffix.lower(), "text")


def kind_of_answer(address: str, path: str, media_type: str, content: bytes) -> Kind:
    """By media type, and by suffix and content where the server says nothing certain.

    Raises:
        SourceError: There is no parser for it.
    """
    if media_type in MEDIA_TYPES:
        return MEDIA_TYPES[media_type]
    if media_type not in VAGUE_TYPES:
        raise SourceError(f"{address!r} is {media_type!r}, which is not read; give {READABLE}")
    kind = kind_of_file(path, content)
    looks_like_page = content[:1024].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    return "html" if kind == "text" and media_type != "text/plain" and looks_like_page else kind


def parse(kind: Kind, content: bytes, name: str, charset: str = "") -> Parsed:
    """The readable part of a file or an answer.

    Raises:
        SourceError: It is empty, damaged or holds no text.
    """
    if not content.strip():
        raise SourceError(f"{name!r} is empty; give a source with text")
    module, _, function = PARSERS[kind].partition(":")
    parser = getattr(import_module(module), function)
    parsed = parser(content if kind in BINARY else decode(content, name, charset), name)
    assert isinstance(parsed, Parsed)
    return parsed

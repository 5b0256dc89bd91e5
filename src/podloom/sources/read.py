"""Sources to documents: what the rest of the house calls.

documents = await read_sources(["https://example.org/wind", "notes.md", "The text itself ..."])
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from podloom.domain import SourceDocument, count_words
from podloom.domain.progress import count_of
from podloom.errors import MissingDependencyError, SourceError
from podloom.sources.fetch import Limits, fetch, new_client
from podloom.sources.locate import AUDIO_SUFFIXES, MIN_WORDS, Located, locate
from podloom.sources.markdown import looks_like_markdown, parse_markdown
from podloom.sources.parse import kind_of_answer, kind_of_file, parse
from podloom.sources.parsed import Parsed, join_paragraphs
from podloom.sources.plaintext import parse_plain, title_from_name, title_from_text
from podloom.text.detect import UNDETERMINED, detect_language


class Transcribed(Protocol):
    """What a transcription must offer; stt's Transcription does."""

    @property
    def text(self) -> str:
        """What is said."""
        ...

    @property
    def language(self) -> str:
        """ISO 639-1."""
        ...


Transcribe = Callable[[Path], Awaitable[Transcribed]]
Note = Callable[[str], None]


async def read_sources(
    sources: Sequence[str],
    *,
    language_hint: str = "",
    transcribe: Transcribe | None = None,
    note: Note | None = None,
    limits: Limits | None = None,
) -> tuple[SourceDocument, ...]:
    """All sources, read at once, in their order; the same content given twice is one document.

    Args:
        sources: Addresses, paths or texts.
        language_hint: Taken where a document's own language cannot be told.
        transcribe: Reads sound files.
        note: Is told what a person should know, e.g. that pages of a PDF hold no text.
        limits: On time and size.

    Raises:
        SourceError: Sources are missing or cannot be read; all that failed are named.
        MissingDependencyError: A sound file was given and there is no `transcribe`.
    """
    if not sources:
        raise SourceError("there are no sources; give an address, a path or the text itself")
    readings = (
        read_source(s, language_hint=language_hint, transcribe=transcribe, note=note, limits=limits)
        for s in dict.fromkeys(sources)
    )
    results = await asyncio.gather(*readings, return_exceptions=True)
    _raise_failures([result for result in results if isinstance(result, BaseException)], len(results))
    documents: dict[str, SourceDocument] = {}
    for document in results:
        assert isinstance(document, SourceDocument)
        first = documents.setdefault(document.sha256, document)
        if note is not None and first is not document:
            note(f"{document.origin!r} has the same text as {first.origin!r} and is used once")
    return tuple(documents.values())


async def read_source(
    source: str,
    *,
    language_hint: str = "",
    transcribe: Transcribe | None = None,
    note: Note | None = None,
    limits: Limits | None = None,
) -> SourceDocument:
    """One source; see `read_sources`."""
    located = await asyncio.to_thread(locate, source)
    limits = limits or Limits()
    if located.kind == "address":
        parsed = await _read_address(located.value, limits)
    elif located.kind == "file":
        parsed = await _read_file(located, limits, transcribe)
    else:
        parsed = await asyncio.to_thread(_parse_given, located.value)
    if note is not None:
        for text in parsed.notes:
            note(text)
    return await asyncio.to_thread(_document, located, parsed, language_hint)


def _raise_failures(failures: list[BaseException], sources: int) -> None:
    """One error for all sources that failed, so that they can be put right at once."""
    others = [failure for failure in failures if not isinstance(failure, SourceError)]
    if others:
        raise others[0]
    if len(failures) == 1:
        raise failures[0]
    if failures:
        reasons = "; ".join(f"({n}) {failure}" for n, failure in enumerate(failures, 1))
        raise SourceError(f"{len(failures)} of {sources} sources cannot be read: {reasons}")


async def _read_address(address: str, limits: Limits) -> Parsed:
    async with new_client(limits) as client:
        answer = await fetch(address, client, limits)
    kind = kind_of_answer(address, answer.path, answer.media_type, answer.content)
    return await asyncio.to_thread(parse, kind, answer.content, address, answer.charset)


async def _read_file(located: Located, limits: Limits, transcribe: Transcribe | None) -> Parsed:
    path = located.path
    if path.suffix.lower() in AUDIO_SUFFIXES:
        return await _listen(located, transcribe)
    content = await asyncio.to_thread(_bytes, located, limits.max_bytes)
    return await asyncio.to_thread(parse, kind_of_file(located.value, content), content, located.value)


async def _listen(located: Located, transcribe: Transcribe | None) -> Parsed:
    if transcribe is None:
        raise MissingDependencyError(
            f"{located.value!r} is a sound file; pip install 'podloom[stt]' to have it transcribed"
        )
    await asyncio.to_thread(_check_file, located)
    heard = await transcribe(located.path)
    return Parsed(kind="audio", text=join_paragraphs(heard.text.split("\n\n")), language=heard.language)


def _parse_given(text: str) -> Parsed:
    return parse_markdown(text) if looks_like_markdown(text) else parse_plain(text)


def _check_file(located: Located) -> int:
    """The size of a file that can be read."""
    if located.path.is_dir():
        raise SourceError(f"{located.value!r} is a folder; give the files in it one by one")
    if not located.path.is_file():  # opening a pipe would wait for its other end
        raise SourceError(f"{located.value!r} is no ordinary file; save its content to one")
    try:
        with located.path.open("rb") as stream:
            return stream.seek(0, os.SEEK_END)
    except OSError as error:
        raise SourceError(f"{located.value!r} cannot be read: {error.strerror or error}") from error


def _bytes(located: Located, max_bytes: int) -> bytes:
    size = _check_file(located)
    if size > max_bytes:
        raise SourceError(
            f"{located.value!r} has {size / 1e6:.3g} MB, more than {max_bytes / 1e6:g} MB; give a part of it"
        )
    return located.path.read_bytes()


def _document(located: Located, parsed: Parsed, language_hint: str) -> SourceDocument:
    name = "the text" if located.kind == "text" else repr(located.value)
    words = count_words(parsed.text)
    if words < MIN_WORDS:
        held = count_of(words, "word")
        raise SourceError(f"{name} holds only {held} of text; at least {MIN_WORDS} are needed")
    language = detect_language(parsed.text)
    if language == UNDETERMINED:
        language = parsed.language or language_hint or UNDETERMINED
    by_name = title_from_name(located.value) if located.kind == "file" else title_from_text(parsed.text)
    return SourceDocument(
        kind=parsed.kind,
        origin="text" if located.kind == "text" else located.value,
        title=parsed.title or by_name,
        language=language,
        text=parsed.text,
        sha256=hashlib.sha256(parsed.text.encode()).hexdigest(),
    )

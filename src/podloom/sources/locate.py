"""Decides whether a source string is an address, a file or the text itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from podloom.domain import count_words
from podloom.errors import SourceError

TEXT_SUFFIXES = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf", ".vtt", ".srt")
AUDIO_SUFFIXES = (".mp3", ".wav", ".m4a", ".flac", ".ogg", ".opus", ".aac")
READABLE = "web addresses, .txt, .md, .html, .pdf, .vtt, .srt and, with podloom[stt], sound files"
MIN_WORDS = 5
"""A text of fewer words is a mistyped path rather than a source."""

ADDRESS = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
OTHER_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://\S*", re.IGNORECASE)
PATH_START = re.compile(r"(?:~?/|\.{1,2}[/\\]|[a-zA-Z]:\\)[^\s/]")
MAX_PATH_CHARS = 300
MAX_PATH_WORDS = 12


@dataclass(frozen=True)
class Located:
    """A source string, stripped, and what it is."""

    kind: Literal["address", "file", "text"]
    value: str

    @property
    def path(self) -> Path:
        """Of a file, with `~` expanded."""
        return Path(self.value).expanduser()


def locate(source: str) -> Located:
    """What `source` is; nothing is read yet.

    Raises:
        SourceError: It is empty, a path of no file, an address that is not http(s) or too short a text.
    """
    value = source.strip()
    if not value:
        raise SourceError("a source is empty; give an address, a path or the text itself")
    if is_address(value):
        _check_address(value)
        return Located("address", value)
    if scheme := OTHER_SCHEME.fullmatch(value):
        raise SourceError(f"{value!r} is a {scheme[1].lower()} address; only http and https are read")
    if is_file(value):
        return Located("file", value)
    _refuse_lists(value)
    if looks_like_path(value):
        raise SourceError(f"no such file: {value!r}; {_advice(value)}")
    if count_words(value) < MIN_WORDS:
        raise SourceError(
            f"{value!r} is no file and too short for a text (fewer than {MIN_WORDS} words); "
            "check the path or give more text"
        )
    return Located("text", value)


def is_address(value: str) -> bool:
    """Whether a stripped source is the address of a page, well-formed or not."""
    return bool(ADDRESS.fullmatch(value))


def looks_like_path(value: str) -> bool:
    """Whether a person who typed this meant a file, whether or not there is one."""
    words = value.split()
    if "\n" in value or len(value) > MAX_PATH_CHARS or len(words) > MAX_PATH_WORDS:
        return False
    if value.lower().endswith(TEXT_SUFFIXES + AUDIO_SUFFIXES):
        return True
    return bool(PATH_START.match(value)) or (len(words) == 1 and ("/" in value or "\\" in value))


def _check_address(value: str) -> None:
    try:
        parts = urlsplit(value)
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number or too large, a broken IPv6 address
        good = False
    if not good:
        raise SourceError(f"{value!r} is no valid address; check its host and port")


def is_file(value: str) -> bool:
    """Whether a file or folder of that name exists."""
    if "\n" in value or "\0" in value:
        return False
    try:
        return Path(value).expanduser().exists()
    except (OSError, RuntimeError):  # a name that is too long, a folder that is closed, an unknown ~user
        return False


def _refuse_lists(value: str) -> None:
    """Several addresses or paths in one string are several sources."""
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    if len(lines) > 1 and all(ADDRESS.fullmatch(line) or is_file(line) for line in lines):
        raise SourceError(f"{lines[0]!r} and {len(lines) - 1} more came as one source; give each by itself")


def _advice(value: str) -> str:
    if re.match(r"(?:www\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|kr|de)/)", value):
        return f"for a web page write 'https://{value}'"
    return (
        f"from {str(Path.cwd())!r}, give a path that exists" if not Path(value).is_absolute() else "check it"
    )

"""Addresses read aloud: web, e-mail, files, handles and hashtags."""

from __future__ import annotations

import re

from podloom.text.english.numbers import cardinal, digits
from podloom.text.rules import Rule

_SPELLED = frozenset(
    ("io", "ai", "uk", "us", "eu", "kr", "jp", "fm", "tv", "js", "py", "md", "rs", "ts", "cc")
)
_DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|app|dev|blog|news|online|site|tech|cloud|store|page|io|ai|co|me "
    "|tv|fm|"
    "uk|us|ca|au|de|fr|it|es|nl|se|no|ch|at|be|ie|eu|jp|kr|cn|in|br|ru"
)
_SUFFIXES = (
    "js|ts|py|rs|md|txt|json|ya?ml|toml|html?|css|xml|csv|tsv|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|svg|mp[ "
    "34]|m4a|"
    "wav|flac|ogg|opus|zip|tar|gz|exe|sh|cfg|ini|log|sql|ipynb|srt|vtt"
)
_HOST = rf"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?:{_DOMAINS})\b(?!\.[a-z])"
_MARKS = {".": " dot ", "/": " slash ", "-": " dash ", "_": " underscore ", "@": " at ", "~": " tilde ",
          "+": " plus ", ":": " colon ", "%": " percent ", "=": " equals ", "&": " and "}  # fmt: skip


def _part(part: str) -> str:
    """A label: a word if it can be one, else its letters; digits one by one when there are many."""
    if part.isdigit():
        return cardinal(part) if len(part) < 3 else digits(part)
    if part.lower() in _SPELLED or (len(part) < 5 and not re.search("[aeiouy]", part.lower())):
        return " ".join(part.upper())
    return part


def spell_address(address: str) -> str:
    """Words of an address: "example.com/path" is "example dot com slash path"."""
    parts = re.findall(r"[^\W\d_]+|\d+|[^\w]|_", address)
    return " ".join("".join(_MARKS.get(part) or f" {_part(part)} " for part in parts).split())


def _web(match: re.Match[str]) -> str:
    """Scheme, "www.", query and fragment are not read; nobody could type them from hearing."""
    address = match["host"] + (match["rest"] or "")
    bare = address.rstrip(".,!?;:)'\"")
    path = re.split(r"[?#]", bare, maxsplit=1)[0].rstrip("/")
    return spell_address(path.removeprefix("www.")) + address[len(bare) :]


def _file(match: re.Match[str]) -> str:
    return spell_address(match[0])


RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\w.])[\w.+-]*\w@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w@])", re.ASCII), _file),
    (
        re.compile(
            r"\b(?:https?|ftp)://(?P<host>[^\s/?#<>\"'()\[\],]+)(?P<rest>[^\s<>\"\[\]]*)",
            re.ASCII | re.IGNORECASE,
        ),
        _web,
    ),
    (
        re.compile(rf"(?<![\w@./-])(?:www\.)?(?P<host>{_HOST})(?::\d+)?(?P<rest>/[^\s<>\"\[\]]*)?", re.ASCII),
        _web,
    ),
    (re.compile(rf"(?<![\w@.])\w[\w-]*(?:\.[\w-]+)*\.(?:{_SUFFIXES})\b(?![.\w])", re.ASCII), _file),
    (re.compile(r"(?<![\w@])@(\w*[A-Za-z]\w*)"), r"at \1"),
    (re.compile(r"(?<![\w#])#(\w*[A-Za-z]\w*)"), r"hashtag \1"),
)

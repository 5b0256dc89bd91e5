"""Addresses in a text: web, e-mail and file names, handles and hashtags, found alike in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

from podloom.text.rules import Rule

_DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|app|dev|blog|news|online|site|tech|cloud|store|page|io|ai|co|me|tv|fm|"
    "uk|us|ca|au|de|fr|it|es|nl|se|no|ch|at|be|ie|eu|jp|kr|cn|in|br|ru"
)
_SUFFIXES = (
    "js|ts|py|rs|md|txt|json|ya?ml|toml|html?|css|xml|csv|tsv|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|svg|mp[34]|m4a|"
    "wav|flac|ogg|opus|zip|tar|gz|exe|sh|cfg|ini|log|sql|ipynb|srt|vtt"
)
_HOST = rf"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?:{_DOMAINS})\b(?!\.[a-z])"
_REST = r"[^\s<>\"\[\]\u3131-\u318e가-힣]*"

_MAIL = re.compile(r"(?<![\w.])[\w.+-]*\w@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w@])", re.ASCII)
_LINK = re.compile(rf"\b(?:https?|ftp)://[^\s/?#<>\"'()\[\],가-힣]+{_REST}", re.ASCII | re.IGNORECASE)
_WEB = re.compile(rf"(?<![\w@./-])(?:www\.)?{_HOST}(?::\d+)?(?:/{_REST})?", re.ASCII)
_FILE = re.compile(rf"(?<![\w@.])\w[\w-]*(?:\.[\w-]+)*\.(?:{_SUFFIXES})\b(?![.\w])", re.ASCII)
_HANDLE = re.compile(r"(?<![\w@])@(\w*[^\W\d_]\w*)")
_HASHTAG = re.compile(r"(?<![\w#])#(\w*[^\W\d_]\w*)")


def address_rules(spell: Callable[[str], str], *, handle: str, hashtag: str) -> tuple[Rule, ...]:
    """Rules that read addresses with `spell`; `handle` and `hashtag` come before those names."""

    def web(match: re.Match[str]) -> str:
        # Scheme, "www.", port, query and fragment are not read: nobody could type them from hearing.
        bare = match[0].rstrip(".,!?;:)'\"")
        address = re.sub(r"^[a-zA-Z]+://|[?#].*$|:\d+(?=/|$)", "", bare)
        return spell(address.removeprefix("www.").rstrip("/")) + match[0][len(bare) :]

    return (
        (_MAIL, lambda m: spell(m[0])),
        (_LINK, web),
        (_WEB, web),
        (_FILE, lambda m: spell(m[0])),
        (_HANDLE, lambda m: f"{handle} {m[1]}"),
        (_HASHTAG, lambda m: f"{hashtag} {m[1]}"),
    )


def address_parts(address: str) -> list[str]:
    """Runs of letters, runs of digits, and single marks."""
    return re.findall(r"[^\W\d_]+|\d+|[^\w\s]|_", address)

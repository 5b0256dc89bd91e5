"""Markdown as prose: what a person would read aloud, without code, pictures, link targets and marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from podloom.sources.parsed import SENTENCE_CLOSED, Parsed, clean, join_paragraphs

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
FRONT_TITLE = re.compile(r"""^title\s*[:=]\s*(['"]?)(.+?)\1\s*$""", re.MULTILINE | re.IGNORECASE)
NOISE = re.compile(
    r"\[\^[^\]\s]+\]:?"  # footnotes
    r"|^\s*\[[ xX]\]\s+"  # tasks
    r"|^\s*\[!\w+\]\s*"  # admonitions
    r"|^!!!\s*\w+\s*"
    r"|\s*\{[#.][\w\s.#=-]+\}\s*$"  # attributes
)
BARE_ADDRESS = re.compile(r"<?\bhttps?://(?:www\.)?([\w.-]*\w)[^\s>)\],;]*?(?=[.,;:!?]*(?:[\s>)\]]|$))>?")
BLOCKS_OF_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|pre|svg)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE
)
SIGNS = re.compile(
    r"^(?:#{1,6}\s+\S|```|~~~|[ \t]*(?:\|[ \t]*)?:?-{3,}:?[ \t]*\|)|\]\(\S+\)|\A(?:---|\+\+\+)\n",
    re.MULTILINE,
)
RAISED_BEHIND = re.compile(r"(?<![^\W_])(?:10|[a-zA-Z])$|(?<![^\W\d_])(?:[kcdmnµμ]?m|ft|mi)$")
"""What has a power; behind other words a raised number is a note."""
EXPONENT = re.compile(r"[-+−–]?\d{1,3}")


def looks_like_markdown(text: str) -> bool:
    """Whether pasted text has headings, code, tables or links in Markdown."""
    return bool(SIGNS.search(text))


def speakable(text: str) -> str:
    """The text with addresses cut down to the name of their host."""
    return BARE_ADDRESS.sub(r"\1", text)


def parse_markdown(text: str, name: str = "") -> Parsed:  # noqa: ARG001 (all parsers take a name)
    """Markdown as paragraphs; headings, lists and tables each become paragraphs of their own."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 20 ms, only when there is Markdown

    text = clean(text)
    front = FRONT_MATTER.match(text)
    found = FRONT_TITLE.search(front[2]) if front else None
    tokens = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .parse(text[front.end() :] if front else text)
    )
    headings = (_words(tokens[n + 1]) for n, token in enumerate(tokens) if token.type == "heading_open")
    title = found[2] if found else next(filter(None, headings), "")
    return Parsed(kind="markdown", text=join_paragraphs(_paragraphs(tokens)), title=" ".join(title.split()))


def _paragraphs(tokens: Sequence[Token]) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        token, end = tokens[at], _end(tokens, at)
        inside = tokens[at + 1 : end]
        if token.type in {"bullet_list_open", "ordered_list_open"} and _tight(inside):
            yield " ".join(_sentence(_words(item)) for item in inside if item.type == "inline")
        elif token.type == "table_open":
            yield " ".join(_rows(inside))
        elif token.type == "inline":
            yield _words(token)
        elif token.type == "html_block":
            yield from _markup(token.content)
        if token.type == "table_open" or (token.type.endswith("list_open") and _tight(inside)):
            at = end
        at += 1


def _end(tokens: Sequence[Token], at: int) -> int:
    """Index of the token that closes the one at `at`."""
    if tokens[at].nesting != 1:
        return at
    level = tokens[at].level
    return next(n for n in range(at + 1, len(tokens)) if tokens[n].level == level and tokens[n].nesting == -1)


def _tight(inside: Sequence[Token]) -> bool:
    """Whether all items of a list are lines, not paragraphs with empty lines between."""
    return all(token.hidden for token in inside if token.type == "paragraph_open")


def _words(inline: Token) -> str:
    pieces: list[str] = []
    silent = 0
    children = inline.children or []
    for child, after in zip(children, [*children, None][1:], strict=True):
        silent += child.nesting if child.type in {"s_open", "s_close"} else 0  # struck out
        if child.type in {"softbreak", "hardbreak"} or child.content.startswith("<br"):
            pieces.append("\n")
        elif child.type in {"text", "code_inline"} and not silent:
            pieces.append(child.content)
        elif child.content.startswith("<sup") and after and EXPONENT.fullmatch(after.content):
            pieces.append("^" if RAISED_BEHIND.search("".join(pieces[-1:])) else "")
    plain = speakable("".join(pieces))
    return "\n".join(NOISE.sub("", line) for line in plain.split("\n")).strip()


def _sentence(text: str) -> str:
    return text if not text or SENTENCE_CLOSED.search(text) else f"{text.rstrip(',;')}."


def _rows(inside: Sequence[Token]) -> Iterator[str]:
    """Each row as a sentence: its first cell, then each heading with its cell."""
    names: list[str] = []
    row: list[str] = []
    for token in inside:
        if token.type == "inline":
            row.append(_words(token))
        elif token.type == "thead_close":
            names, row = row, []
        elif token.type == "tr_close" and names:
            first, *rest = row
            cells = ", ".join(
                f"{name} {cell}".strip() for name, cell in zip(names[1:], rest, strict=True) if cell
            )
            yield _sentence(f"{first}: {cells}" if first and cells else first or cells)
            row = []


def _markup(content: str) -> Iterator[str]:
    """The words in a block of HTML inside Markdown."""
    bare = BLOCKS_OF_MARKUP.sub("", content)
    if bare.strip():
        import lxml.html  # noqa: PLC0415 - only when there is HTML

        words = lxml.html.fragment_fromstring(bare, create_parent="div").itertext()
        yield speakable(" ".join(map(str, words)))

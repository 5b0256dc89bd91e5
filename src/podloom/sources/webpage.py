"""Web pages: the article of a page as prose, without navigation, comments and code."""

from __future__ import annotations

import re

import trafilatura
from trafilatura.metadata import extract_metadata

from podloom.domain import count_words
from podloom.errors import SourceError
from podloom.sources.markdown import parse_markdown
from podloom.sources.parsed import Parsed, clean

LANGUAGE = re.compile(r"""<html\b[^>]*?\blang\s*=\s*["']?([a-zA-Z]{2})\b""", re.IGNORECASE)
SCRIPT_WALL = re.compile(
    r"\b(?:enable|requires?|without|activate)\s+javascript|javascript\b.{0,30}\b(?:disabled|required)",
    re.IGNORECASE,
)
SHELL_WORDS = 60


def parse_webpage(text: str, name: str) -> Parsed:
    """The article of a page.

    Raises:
        SourceError: The page has none.
    """
    text = clean(text)
    page = text if "<body" in text.lower() else f"<html><body>{text}</body></html>"
    # As Markdown, headings, lists and tables survive, and are made prose the same way as a Markdown file's.
    article = trafilatura.extract(
        page,
        output_format="markdown",
        include_formatting=True,
        include_comments=False,
        include_tables=True,
        prune_xpath="//pre",
    )
    if not article:
        raise SourceError(f"{name!r} holds no article text; give the text itself or a page that shows it")
    if count_words(article) < SHELL_WORDS and SCRIPT_WALL.search(article):
        raise SourceError(
            f"{name!r} shows its text only with JavaScript; save the page as PDF or paste its text"
        )
    prose = parse_markdown(article)
    metadata = extract_metadata(page)
    declared = LANGUAGE.search(page)
    return Parsed(
        kind="html",
        text=prose.text,
        title=(metadata.title if metadata and metadata.title else "") or prose.title,
        language=declared[1].lower() if declared else "",
    )

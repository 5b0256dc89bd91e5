"""PDF: paragraphs out of lines, without running heads, page numbers and broken words."""

from __future__ import annotations

import io
import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from podloom.domain.progress import count_of
from podloom.errors import SourceError
from podloom.sources.parsed import SENTENCE_CLOSED, Parsed, clean, heading_like, join_paragraphs
from podloom.sources.plaintext import ITEM

# What pypdf raises on files that are not what they say; it has no common base.
DAMAGE = (
    PyPdfError, ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError,
    RecursionError, TypeError, ValueError,
)  # fmt: skip
PAGE_NUMBER = re.compile(
    r"[\W_]*(?:(?:page|seite|p\.|쪽)\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:/|of|von|쪽|페이지)\s*\d{0,4})?[\W_]*",
    re.IGNORECASE,
)
LEADER = re.compile(r"(?:\.\s?){4,}\s*[\divxl]*\s*$", re.IGNORECASE)
"""The dots between a title and its page in a table of contents."""
NUMBERED = re.compile(r"\d+(?:\.\d+)*\.?\s+[^\W\d]")
EDGE_LINES = 3
"""How many lines at the top and the bottom of a page may be running heads."""
USELESS_TITLE = re.compile(r"untitled|microsoft word|\.(?:docx?|tex|indd|pdf|hwp)\b|^\W*$", re.IGNORECASE)


def parse_pdf(content: bytes, name: str) -> Parsed:
    """The text of all pages.

    Raises:
        SourceError: It is damaged, encrypted or without text.
    """
    reader = _open(content, name)
    try:
        pages = [_lines(page.extract_text()) for page in reader.pages]
        title = clean(str((reader.metadata and reader.metadata.title) or "")).strip()
    except DAMAGE as error:
        raise SourceError(
            f"the PDF {name!r} is damaged ({error}); print it to a new PDF and try that"
        ) from error
    empty = sum(not lines for lines in pages)
    if empty == len(pages):
        raise SourceError(
            f"the PDF {name!r} has {count_of(len(pages), 'page')} and no text, like a scan;"
            " run OCR on it first"
        )
    paragraphs = list(_paragraphs(_body(pages)))
    if not title or USELESS_TITLE.search(title):
        title = next((line for line in paragraphs[:1] if heading_like(line)), "")
    notes = (f"{empty} of {len(pages)} pages of {name!r} hold no text (pictures or scans)",) if empty else ()
    return Parsed(kind="pdf", text=join_paragraphs(paragraphs), title=title, notes=notes)


def _open(content: bytes, name: str) -> PdfReader:
    # It warns of what it mends, and of what becomes our error.
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted and not reader.decrypt("")
        if not locked and not reader.pages:
            raise SourceError(f"the PDF {name!r} has no pages")
    except DependencyError:
        locked = True
    except DAMAGE as error:
        raise SourceError(
            f"{name!r} is damaged or no PDF ({error}); print it to a new PDF and try that"
        ) from error
    if locked:
        raise SourceError(f"the PDF {name!r} is encrypted; save a copy without a password and use that")
    return reader


def _lines(text: str) -> list[str]:
    """Of a page, without empty ones at its ends: a paragraph may run on."""
    plain = clean(text).strip()
    return [line.rstrip() for line in plain.split("\n")] if plain else []


def _body(pages: Sequence[list[str]]) -> list[str]:
    """All lines but page numbers, tables of contents and what stands at the edge of most pages."""
    repeated = _repeated(pages)
    lines: list[str] = []
    for page in pages:
        edge = _edge(page)
        lines += [
            line
            for number, line in enumerate(page)
            if not LEADER.search(line) and (number not in edge or not _is_furniture(line, repeated))
        ]
    return lines


def _is_furniture(line: str, repeated: set[str]) -> bool:
    return _shape(line) in repeated or (bool(line.strip()) and bool(PAGE_NUMBER.fullmatch(line.strip())))


def _edge(page: list[str]) -> set[int]:
    """Numbers of the first and last lines that are not empty; never all lines of a page."""
    full = [number for number, line in enumerate(page) if line.strip()]
    reach = min(EDGE_LINES, len(full) // 3) or 1
    return {*full[:reach], *full[-reach:]}


def _repeated(pages: Sequence[list[str]]) -> set[str]:
    """Shapes of lines at the edge of at least half of the pages, and of three."""
    seen = Counter(shape for page in pages for shape in {_shape(page[number]) for number in _edge(page)})
    enough = max(3, math.ceil(len(pages) / 2)) if len(pages) > 2 else 2
    return {shape for shape, count in seen.items() if count >= enough}


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.lower().split()))


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Lines joined up to an empty line, a short closed line, a heading or a list item."""
    widths = sorted(len(line) for line in lines if line.strip())
    width = widths[round(0.8 * (len(widths) - 1))] if widths else 0
    words = set(re.findall(r"\w+(?:-\w+)*", "\n".join(lines).lower()))
    paragraph = ""
    for number, line in enumerate(lines):
        if paragraph and (not line.strip() or _breaks(lines[number - 1], line, width)):
            yield paragraph
            paragraph = ""
        paragraph = _joined(paragraph, line.strip(), words)
    yield paragraph


def _breaks(before: str, line: str, width: int) -> bool:
    """Whether a paragraph ends between two lines that follow one another."""
    if ITEM.match(line):
        return True
    short, next_short = len(before) < 0.75 * width, len(line) < 0.75 * width
    if SENTENCE_CLOSED.search(before) or NUMBERED.match(before):
        return short or (next_short and bool(NUMBERED.match(line)))
    opens = not line.strip()[:1].islower() and len(line) > len(before)
    return short and opens and heading_like(before.strip())


def _joined(paragraph: str, line: str, words: set[str]) -> str:
    """Two lines as one; a word that was broken at the end of the first is made whole."""
    if not paragraph:
        return line
    broken = re.search(r"(\w+)-$", paragraph[paragraph.rfind(" ") + 1 :])
    rest = re.match(r"\w+", line)
    if broken is None or rest is None or not rest[0][0].islower():
        return f"{paragraph} {line}"
    keeps_hyphen = f"{broken[1]}-{rest[0]}".lower() in words
    return paragraph + line if keeps_hyphen else paragraph[:-1] + line

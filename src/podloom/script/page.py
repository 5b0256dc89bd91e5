"""A script as Markdown for people, with numbered lines, and back again after they have edited it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from podloom.domain import ChapterScript, Delivery, Script, Segment
from podloom.errors import RequestError
from podloom.script.replay import check_script, load_script

LINE = re.compile(r"\s*(?:\d+[.)]\s+)?\*\*(?P<speaker>[^*]+?):\*\*\s*(?P<text>\S.*)")
CHAPTER = re.compile(r"##\s+(?:\d+[.)]\s+)?(?P<title>\S.*)")
NUMBER = re.compile(r"\d+")


def script_page(script: Script) -> str:
    """The script as it is shown and edited; lines are numbered through the whole episode."""
    parts = [f"# {_flat(script.title)}", _flat(script.summary)]
    number = 0
    for chapter in script.chapters:
        parts.append(f"## {chapter.index + 1}. {_flat(chapter.title)}")
        lines = []
        for segment in chapter.segments:
            number += 1
            lines.append(f"{number}. **{segment.speaker}:** {_flat(segment.text)}")
        parts.append("\n".join(lines))
    return "\n\n".join(filter(None, parts)) + "\n"


def read_edited(edited: str, script: Script) -> Script:
    """The edited script: JSON, Markdown as `script_page` writes it, or the path of a file with either.

    Raises:
        RequestError: It is neither; the message names the place.
    """
    text = edited.strip()
    if "\n" not in text and text.endswith((".json", ".md")):
        return _read_file(Path(text).expanduser(), script)
    if text.startswith("{"):
        return check_script(text, "the edited script")
    return read_page(text, script)


def read_page(text: str, script: Script) -> Script:
    """The script of an edited page; cast, language and unchanged lines' delivery are those of `script`.

    Raises:
        RequestError: A line is neither a chapter nor somebody's words, or nothing is left.
    """
    title, summary, chapters = script.title, "", list[tuple[str, list[tuple[str, str]]]]()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if found := CHAPTER.fullmatch(line.strip()):
            chapters.append((found["title"].strip(), []))
        elif line.startswith("# "):
            title = line.removeprefix("# ").strip()
        elif not chapters:
            summary = f"{summary} {line.strip()}".strip()
        elif found := LINE.fullmatch(line):
            chapters[-1][1].append((found["speaker"].strip(), found["text"].strip()))
        else:
            raise RequestError(
                f"line {number} of the edited script is no chapter (## Title) and nobody's words"
                f" (**Name:** text): {line.strip()[:60]!r}"
            )
    if not any(lines for _, lines in chapters):
        raise RequestError(
            "the edited script has no lines; write chapters as ## Title, lines below them as **Name:** text"
        )
    made = script.model_copy(
        update={"title": title, "summary": summary or script.summary, "chapters": _chapters(chapters, script)}
    )
    return check_script(made.model_dump_json(), "the edited script")


def _read_file(path: Path, script: Script) -> Script:
    if path.suffix == ".json":
        return load_script(path)
    try:
        return read_page(path.read_text("utf-8"), script)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"cannot read the edited script {str(path)!r}: {error}") from error


def _chapters(pages: list[tuple[str, list[tuple[str, str]]]], script: Script) -> tuple[ChapterScript, ...]:
    known: defaultdict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for segment in script.segments:
        known[segment.speaker, _flat(segment.text)].append(segment.delivery)

    def delivery(line: tuple[str, str]) -> Delivery:
        return known[line].pop(0) if known[line] else Delivery()

    return tuple(
        ChapterScript(
            index=index,
            title=title,
            segments=tuple(
                Segment(chapter=index, index=place, speaker=line[0], text=line[1], delivery=delivery(line))
                for place, line in enumerate(lines)
            ),
        )
        for index, (title, lines) in enumerate(pages)
        if lines
    )


def quoted_lines(note: str, script: Script) -> tuple[str, ...]:
    """The lines of the script whose numbers a note names: the writer has never seen the numbers."""
    named = {int(number) for number in NUMBER.findall(note) if len(number) <= 4}
    numbered = enumerate(script.segments, 1)
    return tuple(f"{number}. {line.speaker}: {line.text}" for number, line in numbered if number in named)


def _flat(text: str) -> str:
    return " ".join(text.split())

"""Subtitles (WebVTT and SubRip) as plain paragraphs; times, numbers and markup are dropped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from podloom.errors import SourceError
from podloom.sources.parsed import SENTENCE_CLOSED, Parsed, clean, join_paragraphs

STAMP = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMING = re.compile(rf"\s*{STAMP}\s*-->\s*{STAMP}")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
MARKUP = re.compile(r"<[^>]*>|\{\\[^}]*\}")
NOTES = re.compile(r"(?<=\n\n)(?:NOTE|STYLE|REGION)\b.*(?:\n.*\S.*)*")
PAUSE_S = 2.0
PARAGRAPH_WORDS = 120


@dataclass(frozen=True)
class Caption:
    """What is shown for a while, and who says it where that is marked."""

    start_s: float
    end_s: float
    speaker: str
    lines: tuple[str, ...]


def parse_subtitles(text: str, name: str) -> Parsed:
    """The spoken text.

    Raises:
        SourceError: There are no cues.
    """
    captions = list(_captions(clean(text)))
    if not captions:
        raise SourceError(f"{name!r} holds no subtitles (no line like 00:01.000 --> 00:03.000)")
    return Parsed(kind="subtitles", text=join_paragraphs(_paragraphs(captions)))


def _captions(text: str) -> Iterator[Caption]:
    lines = NOTES.sub("", text).split("\n")
    timings = [(n, times) for n, line in enumerate(lines) if (times := TIMING.match(line))]
    for (at, times), (end, _) in zip(timings, [*timings, (len(lines), None)][1:], strict=True):
        named = at + 1 < end < len(lines) and (
            lines[end - 1].strip().isdigit() or not lines[end - 2].strip()
        )  # the number or name of the next cue
        spoken = "\n".join(lines[at + 1 : end - named])
        voice = VOICE.search(spoken)
        plain = html.unescape(MARKUP.sub("", spoken)).split("\n")
        yield Caption(
            start_s=_seconds(times.groups()[:4]),
            end_s=_seconds(times.groups()[4:]),
            speaker=voice[1].strip() if voice else "",
            lines=tuple(line.strip() for line in plain if line.strip()),
        )


def _seconds(stamp: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = stamp
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(f"{seconds}.{fraction}")


def _paragraphs(captions: list[Caption]) -> Iterator[str]:
    """Captions joined up to a pause, another speaker or a good length."""
    paragraph: list[str] = []
    speaker, shown, end_s, words = "", "", 0.0, 0
    for caption in captions:
        closed = bool(paragraph and SENTENCE_CLOSED.search(paragraph[-1]))
        enough = words >= PARAGRAPH_WORDS
        if paragraph and (
            caption.speaker != speaker or (closed and (enough or caption.start_s - end_s > PAUSE_S))
        ):
            yield " ".join(paragraph)
            paragraph, words = [], 0
        if not paragraph and caption.speaker and caption.lines:
            paragraph.append(f"{caption.speaker}:")
        for line in caption.lines:
            if line != shown:  # rolling captions show each line twice
                paragraph.append(line)
                words += len(line.split())
                shown = line
        speaker, end_s = caption.speaker, caption.end_s
    yield " ".join(paragraph)

"""The timed transcript as WebVTT, SubRip and the JSON of the podcast namespace.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from podloom.domain import Cue, Transcript
from podloom.publish.wrapping import columns, plain, wrap

RowsOf = Callable[[Cue], list[tuple[str, ...]]]
"""How a cue is cut: one tuple of rows for each span."""
VTT_CHARACTERS = 65
"""Of a line, with its voice tag; a name may not push the words below `VTT_LEAST`."""
VTT_LEAST = 40
SRT_COLUMNS, SRT_ROWS = 32, 2


class Span(NamedTuple):
    """Some rows of one cue, with their time in milliseconds."""

    cue: Cue
    start_ms: int
    end_ms: int
    rows: tuple[str, ...]


def vtt(transcript: Transcript) -> str:
    """WebVTT with named voices, one line a cue.

    There is no `Language:` line after WEBVTT: the W3C parser calls it an error.
    """
    blocks = ["WEBVTT\n"]
    for span in spans(transcript, _vtt_rows):
        times = f"{_stamp(span.start_ms)} --> {_stamp(span.end_ms)}"
        blocks.append(f"{times}\n{_voice_tag(span.cue)}{_escaped(span.rows[0])}\n")
    return "\n".join(blocks)


def srt(transcript: Transcript) -> str:
    """SubRip, two rows of 32 columns; the name is spelt out where the speaker changes."""
    blocks = []
    for number, span in enumerate(spans(_with_names(transcript), _srt_rows), 1):
        times = f"{_stamp(span.start_ms, ',')} --> {_stamp(span.end_ms, ',')}"
        blocks.append("\n".join([str(number), times, *span.rows, ""]))
    return "\n".join(blocks)


def transcript_json(transcript: Transcript) -> str:
    """Version 1.0.0 of the namespace's JSON: one segment a cue, with the words unwrapped."""
    segments = [
        {
            "speaker": plain(span.cue.segment.speaker),
            "startTime": span.start_ms / 1000,
            "endTime": span.end_ms / 1000,
            "body": span.rows[0],
        }
        for span in spans(transcript, _whole)
    ]
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False, indent=1)


def _vtt_rows(cue: Cue) -> list[tuple[str, ...]]:
    room = max(VTT_LEAST, VTT_CHARACTERS - len(_voice_tag(cue)))
    return [(line,) for line in wrap(cue.segment.text, room, lambda text: len(_escaped(text)))]


def _srt_rows(cue: Cue) -> list[tuple[str, ...]]:
    # SubRip has no escapes; a spoken arrow would read as a time line.
    rows = wrap(cue.segment.text.replace("-->", "→"), SRT_COLUMNS, columns)
    return [tuple(rows[i : i + SRT_ROWS]) for i in range(0, len(rows), SRT_ROWS)]


def _whole(cue: Cue) -> list[tuple[str, ...]]:
    text = plain(cue.segment.text)
    return [(text,)] if text else []


def spans(transcript: Transcript, rows_of: RowsOf) -> Iterator[Span]:
    """Ascending spans of at least a millisecond that never overlap; a cue's time is shared by characters.

    They stay between the first start and the last end unless there are fewer milliseconds than spans.
    """
    cues = sorted(transcript.cues, key=lambda cue: cue.start_s)
    starts_ms = [_ms(cue.start_s) for cue in cues]
    free_ms = 0
    for i, cue in enumerate(cues):
        parts = rows_of(cue)
        start_ms = max(free_ms, starts_ms[i])
        end_ms = min([_ms(cue.end_s), *starts_ms[i + 1 : i + 2]])
        edges = _shared(start_ms, end_ms, [sum(map(len, rows)) for rows in parts])
        for rows, (start, end) in zip(parts, pairwise(edges), strict=True):
            yield Span(cue, start, end, rows)
        free_ms = edges[-1]


def _shared(start_ms: int, end_ms: int, weights: Sequence[int]) -> list[int]:
    """Edges of the parts, from `start_ms` on; a part has its share of the time and at least 1 ms."""
    spare_ms = max(0, end_ms - start_ms - len(weights))
    total = sum(weights)
    shares = [round(spare_ms * so_far / total) for so_far in accumulate(weights)]
    return [start_ms, *(start_ms + count + share for count, share in enumerate(shares, 1))]


def _with_names(transcript: Transcript) -> Transcript:
    """The name in front of the words wherever the speaker changes."""
    cues: list[Cue] = []
    previous = ""
    for cue in transcript.cues:
        name = plain(cue.segment.speaker)
        if name != previous and plain(cue.segment.text):
            segment = cue.segment.model_copy(update={"text": f"{name}: {cue.segment.text}"})
            cues.append(cue.model_copy(update={"segment": segment}))
            previous = name
        else:
            cues.append(cue)
    return transcript.model_copy(update={"cues": tuple(cues)})


def _voice_tag(cue: Cue) -> str:
    name = _escaped(plain(cue.segment.speaker))
    return f"<v {name}>" if name else ""


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _ms(seconds: float) -> int:
    """Cut, not rounded: no cue may end after the file."""
    return max(0, int(seconds * 1000 + 1e-6))


def _stamp(ms: int, decimal: str = ".") -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{decimal}{ms % 1000:03d}"

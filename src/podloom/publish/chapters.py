"""Chapter marks for the feed and for descriptions, from one list, so that they cannot disagree.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from podloom.domain import ChapterMark
from podloom.publish.wrapping import plain


def chapters_json(marks: Sequence[ChapterMark]) -> str:
    """Version 1.2.0 of the namespace's JSON chapters, times in seconds."""
    chapters = [
        {"startTime": round(mark.start_s, 3), "endTime": round(mark.end_s, 3), "title": plain(mark.title)}
        for mark in marks
    ]
    return json.dumps({"version": "1.2.0", "chapters": chapters}, ensure_ascii=False, indent=1)


def timestamps(marks: Sequence[ChapterMark]) -> str:
    """One line a chapter, "00:00:00 Title", as Apple reads it from three chapters on.

    Seconds are cut, not rounded: a click lands before the first word, not in it.
    """
    return "\n".join(f"{clock(mark.start_s)} {plain(mark.title)}" for mark in marks)


def clock(seconds: float) -> str:
    """Hours, minutes and whole seconds."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"

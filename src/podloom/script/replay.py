"""A finished script, perhaps edited, as a writer: its lines are spoken as they stand."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from podloom.domain import (
    ChapterPlan,
    EpisodeRequest,
    Outline,
    Script,
    Segment,
    SourceDocument,
    SpeakerRequest,
    count_words,
)
from podloom.errors import RequestError
from podloom.script.writer import Brief


def load_script(path: Path) -> Script:
    """The script of an episode's script.json.

    Raises:
        RequestError: It is missing, no script, or has nothing to say in a place.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RequestError(f"cannot read the script {str(path)!r}: {error.strerror}") from error
    return check_script(text, repr(str(path)))


def check_script(text: str | bytes, name: str) -> Script:
    """The script in this JSON; `name` is what messages call it.

    Raises:
        RequestError: It is no script, or has nothing to say in a place.
    """
    try:
        script = Script.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise RequestError(f"{name} is no script: {where}: {first['msg']}") from None
    if not script.segments:
        raise RequestError(f"{name} has no lines")
    for chapter in script.chapters:
        for number, segment in enumerate(chapter.segments, 1):
            if not segment.text.strip():
                raise RequestError(
                    f"line {number} of chapter {chapter.title!r} in {name} is empty; write it or delete it"
                )
    return script


def script_cast(script: Script) -> tuple[SpeakerRequest, ...]:
    """The script's speakers, to be cast as they were."""
    return tuple(
        SpeakerRequest(name=speaker.name, voice=speaker.voice.id, role=speaker.role, tone=speaker.tone)
        for speaker in script.speakers
    )


def replay_request(request: EpisodeRequest, script: Script) -> EpisodeRequest:
    """`request` with what it leaves open taken from the script: title, language, cast, engine.

    Raises:
        RequestError: A line's speaker is not in the cast.
    """
    cast = script_cast(script)
    counted = Counter(segment.speaker for segment in script.segments)
    known = {speaker.name for speaker in cast}
    strangers = (SpeakerRequest(name=name) for name in counted if name not in known)
    speakers = request.speakers or (*cast, *strangers)
    names = {speaker.name for speaker in speakers}
    if missing := [name for name in counted if name not in names]:
        raise RequestError(
            f"the script has lines of {missing[0]!r}, who is not among the speakers {sorted(names)};"
            " add the speaker or correct the name"
        )
    engines = {speaker.voice.engine for speaker in script.speakers}
    engine = engines.pop() if request.engine == "auto" and len(engines) == 1 else request.engine
    changes = {
        "title": request.title or script.title,
        "language": script.language,
        "speakers": speakers,
        "engine": engine,
        "format": "narration" if len(speakers) == 1 else request.format,
    }
    return request.model_copy(update=changes)


class ReplayWriter:
    """Implements Writer with lines that exist already."""

    name = "script"

    def __init__(self, script: Script) -> None:
        self.script = script
        self.draft = script.draft

    @property
    def fingerprint(self) -> str:
        """Of every line."""
        return f"script {hashlib.sha256(self.script.model_dump_json().encode()).hexdigest()}"

    async def write_outline(
        self,
        brief: Brief,  # noqa: ARG002 - the protocol's
        documents: Sequence[SourceDocument],  # noqa: ARG002 - the protocol's
    ) -> AsyncIterator[Outline | ChapterPlan]:
        """The script's own chapters."""
        chapters = tuple(
            ChapterPlan(
                index=index,
                title=chapter.title,
                key_points=(),
                words=sum(count_words(segment.text) for segment in chapter.segments),
            )
            for index, chapter in enumerate(self.script.chapters)
        )
        yield Outline(title=self.script.title, summary=self.script.summary, chapters=chapters)
        for chapter in chapters:
            yield chapter

    async def write_chapter(
        self,
        brief: Brief,  # noqa: ARG002 - the protocol's
        documents: Sequence[SourceDocument],  # noqa: ARG002 - the protocol's
        outline: Outline,  # noqa: ARG002 - the protocol's
        chapter: ChapterPlan,
    ) -> AsyncIterator[Segment]:
        """The chapter's lines, numbered anew: lines may have been added or deleted."""
        for index, segment in enumerate(self.script.chapters[chapter.index].segments):
            yield segment.model_copy(update={"chapter": chapter.index, "index": index})

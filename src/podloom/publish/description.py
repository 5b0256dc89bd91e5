"""What is said about an episode: show notes in Markdown, and HTML for feeds.

Directories want the use of AI disclosed in the description as well as in the audio:
https://podcasters.apple.com/support/891-content-and-subscription-guidelines
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from podloom.domain import ChapterMark, Frozen, Language, SourceDocument, Speaker
from podloom.publish.chapters import clock, timestamps
from podloom.publish.wrapping import cut_bytes, plain

HTML_BYTES = 4000
"""Limit of a feed's description; in UTF-8 a Hangul syllable takes three."""

WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "chapters": "Chapters",
            "sources": "Sources",
            "cast": "Cast",
            "voices": "Voices",
            "disclosure": "The voices in this episode are synthetic, and its script was written with the "
            "help of AI.",
            "draft_disclosure": "The voices in this episode are synthetic.",
            "draft": "Draft: put together from sentences of the sources, not written by a language model.",
            "host": "host",
            "guest": "guest",
            "expert": "expert",
            "narrator": "narrator",
        },
        "ko": {
            "chapters": "챕터",
            "sources": "출처",
            "cast": "출연",
            "voices": "음성",
            "disclosure": "이 에피소드의 목소리는 AI로 합성했으며, 대본도 AI의 도움을 받아 작성했습니다.",
            "draft_disclosure": "이 에피소드의 목소리는 AI로 합성했습니다.",
            "draft": "초안: 언어 모델이 쓴 대본이 아니라 자료의 문장을 골라 엮은 것입니다.",
            "host": "진행",
            "guest": "게스트",
            "expert": "전문가",
            "narrator": "낭독",
        },
    }
)


class SourceLink(Frozen):
    """A source as it is shown; `url` is empty for what is not on the web."""

    title: str
    url: str = ""


class EpisodeNotes(Frozen):
    """Everything that is said about an episode in writing."""

    title: str
    summary: str
    language: Language
    marks: tuple[ChapterMark, ...] = ()
    sources: tuple[SourceLink, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    disclosure: bool = True
    draft: bool = False

    @property
    def disclosure_text(self) -> str:
        """The sentence about synthetic voices, "" when it is not wanted."""
        key = "draft_disclosure" if self.draft else "disclosure"
        return WORDS[self.language][key] if self.disclosure else ""

    @property
    def draft_text(self) -> str:
        """The label of an extractive draft, "" for anything else."""
        return WORDS[self.language]["draft"] if self.draft else ""


def source_links(documents: Iterable[SourceDocument]) -> tuple[SourceLink, ...]:
    """Links to web sources; of a local file only its name, never its folder."""
    return tuple(source_link(document.title, document.origin) for document in documents)


def source_link(title: str, origin: str) -> SourceLink:
    """How one source is shown, from its title and where it came from."""
    address = urlsplit(origin)
    if address.scheme in {"http", "https"}:
        origin = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()  # no name, no password
        return SourceLink(title=plain(title) or origin, url=quote(plain(origin), safe=":/?#@!$&'*+,;=%~-._"))
    return SourceLink(title=plain(title) or PurePath(origin).name)


def description_md(notes: EpisodeNotes) -> str:
    """Show notes: title, summary, chapters, sources, cast, and what is synthetic about it."""
    words = WORDS[notes.language]
    blocks = [
        f"# {_md(notes.title)}",
        f"**{_md(notes.draft_text)}**" if notes.draft else "",
        _md(notes.summary),
    ]
    if notes.marks:
        lines = (f"{clock(mark.start_s)} {_md(mark.title)}" for mark in notes.marks)
        blocks += [f"## {words['chapters']}", _list(lines)]
    if notes.sources:
        blocks += [f"## {words['sources']}", _list(map(_md_source, notes.sources))]
    if notes.speakers:
        cast = (f"{_md(who.name)} ({words[who.role]})" for who in notes.speakers)
        blocks += [f"## {words['cast']}", _list(cast)]
        blocks.append(f"{words['voices']}: {_md('; '.join(voice_credits(notes.speakers)))}")
    if notes.disclosure:
        blocks.append(f"*{_md(notes.disclosure_text)}*")
    return "\n\n".join(block for block in blocks if block) + "\n"


def voice_credits(speakers: Iterable[Speaker]) -> tuple[str, ...]:
    """Engine, voice and licence of each speaker's voice, each once: licences travel with the audio."""
    voices = (who.voice for who in speakers)
    return tuple(dict.fromkeys(", ".join(filter(None, (v.engine, v.id, v.licence))) for v in voices))


def description_html(notes: EpisodeNotes, limit: int = HTML_BYTES) -> str:
    """Feed description of at most `limit` bytes.

    The labels always stay. When it is too long, whole blocks go, from the end: cast, sources, chapters; the
    summary is cut last, after a sentence.
    """
    words = WORDS[notes.language]
    labels = "".join(f"<p>{_html(text)}</p>" for text in (notes.draft_text, notes.disclosure_text) if text)
    room = limit - _size(labels)
    body = ""
    for block in (_summary(notes, room), *_blocks(notes, words)):
        if _size(body + block) > room:
            break
        body += block
    return body + labels


def _summary(notes: EpisodeNotes, room: int) -> str:
    """A paragraph of at most `room` bytes; escapes count, so the cut is repeated until it fits."""
    kept = plain(notes.summary)
    paragraph = f"<p>{_html(kept)}</p>"
    while kept and _size(paragraph) > room:
        share = _size(kept) * max(0, room) // _size(paragraph)
        kept = cut_bytes(kept, min(_size(kept) - 1, share), notes.language)
        paragraph = f"<p>{_html(kept)}</p>"
    return paragraph if kept else ""


def _blocks(notes: EpisodeNotes, words: Mapping[str, str]) -> Iterable[str]:
    """Chapters, sources and cast; Apple reads the chapters from lines that begin with a time."""
    if notes.marks:
        yield f"<p>{words['chapters']}<br/>" + "<br/>".join(_html_lines(timestamps(notes.marks))) + "</p>"
    if notes.sources:
        items = "".join(f"<li>{_html_source(source)}</li>" for source in notes.sources)
        yield f"<p>{words['sources']}</p><ul>{items}</ul>"
    if notes.speakers:
        cast = ", ".join(f"{_html(who.name)} ({words[who.role]})" for who in notes.speakers)
        yield f"<p>{words['cast']}: {cast}</p>"


def _html_lines(text: str) -> Iterable[str]:
    return map(_html, text.split("\n"))


def _html_source(source: SourceLink) -> str:
    title = _html(source.title)
    return f'<a href="{html.escape(source.url)}">{title}</a>' if source.url else title


def _md_source(source: SourceLink) -> str:
    title = _md(source.title)
    return f"[{title}](<{source.url}>)" if source.url else title


def _md(text: str) -> str:
    """Text that Markdown shows as it is."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~&])", r"\\\1", plain(text))
    return re.sub(r"^(\d*)([-+.)]\s)", r"\1\\\2", escaped)  # else the line begins a list


def _html(text: str) -> str:
    return html.escape(plain(text), quote=False)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _size(text: str) -> int:
    return len(text.encode())

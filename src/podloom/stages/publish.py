"""Stage: everything a listener gets, put into one folder and swapped in when it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podloom.audio.files import FINISH, Tags
from podloom.domain import (
    ChapterMark,
    Episode,
    Loudness,
    Measurement,
    Mix,
    Outline,
    OutputFormat,
    Script,
    Transcript,
    slug,
)
from podloom.errors import AudioError
from podloom.publish.chapters import chapters_json
from podloom.publish.description import EpisodeNotes, SourceLink, description_md, source_link, source_links
from podloom.publish.page import load_page, player_page
from podloom.publish.transcripts import srt, transcript_json, vtt
from podloom.stages.cores import on_a_core
from podloom.stages.folder import swap_in
from podloom.stages.manifest import Manifest, write_manifest
from podloom.stages.mixes import recall_measurement, remember_measurement
from podloom.stages.run import Run, episode_id

NAMES = {
    "mp3": "episode.mp3",
    "m4a": "episode.m4a",
    "opus": "episode.opus",
    "vtt": "transcript.vtt",
    "srt": "transcript.srt",
    "transcript": "transcript.json",
    "chapters": "chapters.json",
    "script": "script.json",
    "cover": "cover.jpg",
    "waveform": "waveform.png",
    "description": "description.md",
    "page": "index.html",
    "manifest": "episode.json",
}
"""What a finished folder holds; scripts rely on these names."""


async def publish_episode(run: Run, outline: Outline, script: Script, mix: Mix) -> Episode:
    """The finished folder; until the last step everything lies in the run's partial one.

    Raises:
        AudioError: The encoded file misses its loudness target by more than a listener would accept.
        OutputError: The folder cannot be written.
    """
    run.telemetry.report(stage="publish", message="Writing tags, transcript and cover")
    published_at = datetime.now(UTC).replace(microsecond=0)
    measured, _ = await _all_ended(
        _write_audio(run, script, mix, published_at),
        asyncio.to_thread(_write_beside, run, script, mix, published_at),
    )
    _accept(measured, run.partial / NAMES[_main(run)])
    episode = _episode(run, outline, script, mix, measured.loudness, published_at)
    await asyncio.to_thread(_close, Manifest(run, episode, script, mix, measured))
    return episode


def load_publisher() -> None:
    """Import what a folder needs and compile its page, while there is nothing to publish yet."""
    from podloom.publish import cover, waveform  # noqa: F401, PLC0415 - loaded here, for those who draw

    load_page()


async def _all_ended(*work: Awaitable[Any]) -> list[Any]:
    """The results; an error goes on when nobody writes into the folder any more, the first one first."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


async def _write_audio(run: Run, script: Script, mix: Mix, published_at: datetime) -> Measurement:
    """The cover and the files that carry it."""
    picture = await run.artwork.picture(script.title, run.request, run.settings)
    if picture.note:
        run.telemetry.note(picture.note)
    cover = await on_a_core(picture.jpeg, mix.levels)
    tags = _tags(run, script, published_at)
    await _all_ended(
        *(asyncio.to_thread(_finish, run, kind, mix, tags, cover) for kind in run.request.formats)
    )
    (run.partial / NAMES["cover"]).write_bytes(cover)
    return await asyncio.to_thread(_measured, run, run.partial / NAMES[_main(run)])


def _close(parts: Manifest) -> None:
    write_manifest(parts)
    episode, run = parts.episode, parts.run
    swap_in(run.partial, Path(episode.folder), episode.id, run.request.title)


def _main(run: Run) -> OutputFormat:
    """The file that is measured and played: MP3 if there is one."""
    return "mp3" if "mp3" in run.request.formats else run.request.formats[0]


def _tags(run: Run, script: Script, published_at: datetime) -> Tags:
    notes = _notes(run, script, ())
    comment = " ".join(filter(None, (script.summary, notes.disclosure_text, notes.draft_text)))
    return Tags(
        title=script.title,
        podcast=run.request.podcast,
        date=published_at.date(),
        comment=comment,
        language=run.request.language,
    )


def _finish(run: Run, kind: OutputFormat, mix: Mix, tags: Tags, cover: bytes) -> None:
    raw = run.partial / f"raw.{kind}"
    FINISH[kind](raw, run.partial / NAMES[kind], mix, tags, cover)
    raw.unlink()


def _measured(run: Run, path: Path) -> Measurement:
    """Of the decoded file; the same mix was measured before if it was remembered."""
    from podloom.audio.measure import measure  # noqa: PLC0415 - not needed when it was measured before

    known = recall_measurement(run, run.mix_key)
    if known is not None:
        return known
    measured = measure(path)
    remember_measurement(run, run.mix_key, measured)
    return measured


def _accept(measured: Measurement, path: Path) -> None:
    """The file as it is, not as it was meant, decides whether an episode is delivered."""
    loudness = measured.loudness
    if not -17.5 <= loudness.integrated_lufs <= -14.5 or loudness.true_peak_dbtp > -0.5:
        raise AudioError(
            f"{path.name} came out at {loudness.integrated_lufs} LUFS, {loudness.true_peak_dbtp} dBTP,"
            " outside what directories accept; the clips are kept, please report this with the script"
        )


def _episode(
    run: Run, outline: Outline, script: Script, mix: Mix, loudness: Loudness, published_at: datetime
) -> Episode:
    request = run.request
    return Episode(
        id=episode_id(request.podcast, script.title),
        run_id=run.id,
        podcast=request.podcast,
        title=script.title,
        summary=outline.summary,
        language=request.language,
        draft=script.draft,
        folder=str(Path(request.out).resolve() / slug(script.title)),
        files=_file_names(run),
        duration_s=mix.duration_s,
        asked_s=request.minutes * 60,
        loudness=loudness,
        chapters=mix.marks,
        segments=len(mix.cues),
        engine=run.engine.name,
        writer=run.writer.name,
        seconds=run.telemetry.elapsed_s,
        cache_hits={tier: _hits(run, tier) for tier in ("structure", "script", "tts")},
        published_at=published_at.isoformat(),
    )


def _hits(run: Run, tier: str) -> str:
    hits, misses = (run.telemetry.counters[f"cache.{tier}.{kind}"] for kind in ("hit", "miss"))
    return f"{hits}/{hits + misses}"


def _file_names(run: Run) -> dict[str, str]:
    unwanted = {"mp3", "m4a", "opus"} - set(run.request.formats)
    return {kind: name for kind, name in NAMES.items() if kind not in unwanted}


def _notes(run: Run, script: Script, marks: tuple[ChapterMark, ...]) -> EpisodeNotes:
    return EpisodeNotes(
        title=script.title,
        summary=script.summary,
        language=script.language,
        marks=marks,
        sources=_source_links(run),
        speakers=run.speakers,
        disclosure=run.request.disclosure,
        draft=script.draft,
    )


def _source_links(run: Run) -> tuple[SourceLink, ...]:
    """Of what was read, and of what the script was written from that is voiced again."""
    earlier = (source_link(text.get("title", ""), text.get("origin", "")) for text in run.origins.texts)
    return tuple(dict.fromkeys((*source_links(run.documents), *earlier)))


def _write_beside(run: Run, script: Script, mix: Mix, published_at: datetime) -> None:
    """Texts and a picture of the sound."""
    from podloom.publish.waveform import draw_waveform  # noqa: PLC0415 - Pillow

    transcript = Transcript(language=script.language, cues=mix.cues)
    notes = _notes(run, script, mix.marks)
    texts = {
        "vtt": vtt(transcript),
        "srt": srt(transcript),
        "transcript": transcript_json(transcript),
        "chapters": chapters_json(mix.marks),
        "script": script.model_dump_json(indent=2),
        "description": description_md(notes),
        "page": player_page(
            notes,
            transcript,
            podcast=run.request.podcast,
            files=_file_names(run),
            duration_s=mix.duration_s,
            published_at=published_at.isoformat(),
        ),
    }
    for kind, text in texts.items():
        (run.partial / NAMES[kind]).write_text(text, encoding="utf-8")
    picture = draw_waveform(mix.levels, mix.marks, mix.duration_s)
    (run.partial / NAMES["waveform"]).write_bytes(picture)

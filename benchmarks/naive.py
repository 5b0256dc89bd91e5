"""The pipeline Podloom replaces: every stage waits for the one before, every call for its whole answer."""

from __future__ import annotations

import io
import json
import sqlite3
import time
import wave
from pathlib import Path
from typing import Any

import lameenc
import openai

from podloom.script.chapters import chapter_schema
from podloom.script.outlining import plan_schema

SPEAKERS = ("Alex", "Jamie")
VOICES = dict(zip(SPEAKERS, ("nova", "onyx"), strict=True))
METRICS = 20


class NaivePipeline:
    """Outline, then chapters one by one, then clips one by one, then the file, then a commit a row."""

    def __init__(self, base_url: str, folder: Path, database_url: str = "") -> None:
        self._client = openai.OpenAI(base_url=base_url, api_key="any", max_retries=2, timeout=120)
        self._folder = folder
        self._database_url = database_url
        self.stages: dict[str, float] = {}

    def run(self, source: str, minutes: float, chapters: int) -> float:
        """Seconds that the episode took."""
        start_s = time.monotonic()
        outline = self._timed("outline", lambda: self._outline(source, minutes, chapters))
        written = self._timed("chapters", lambda: self._chapters(outline, source, minutes))
        lines = [line for chapter in written for line in chapter]
        clips = self._timed("clips", lambda: [self._clip(line) for line in lines])
        self._timed("file", lambda: self._encode(clips))
        rows = self._rows(outline, written)
        self._timed("rows", lambda: self._save(rows))
        self._client.close()
        return time.monotonic() - start_s

    def _timed(self, name: str, work: Any) -> Any:
        start_s = time.monotonic()
        result = work()
        self.stages[name] = time.monotonic() - start_s
        return result

    def _ask(self, user: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        response = self._client.chat.completions.create(
            model="rehearsal",
            messages=[
                {"role": "system", "content": "Everything is in English."},
                {"role": "user", "content": user},
            ],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": name, "strict": True, "schema": schema},
            },
        )
        answer: dict[str, Any] = json.loads(response.choices[0].message.content or "")
        return answer

    def _outline(self, source: str, minutes: float, chapters: int) -> dict[str, Any]:
        order = f"- {chapters} chapters, for about {minutes:g} minutes"
        user = f'<source passage="1" title="Source">\n{source}\n</source>\n{order}'
        return self._ask(user, "outline", plan_schema())

    def _chapters(self, outline: dict[str, Any], source: str, minutes: float) -> list[list[dict[str, str]]]:
        planned = outline["plan"]
        words = round(150 * minutes / len(planned))
        written = []
        for number, _ in enumerate(planned, start=1):
            user = (
                f'{json.dumps(outline)}\n<source passage="1" title="Source">\n{source}\n</source>\n'
                f"About {words} spoken words.\nWrite chapter {number} of {len(planned)}."
            )
            written.append(self._ask(user, "chapter", chapter_schema(SPEAKERS))["lines"])
        return written

    def _clip(self, line: dict[str, str]) -> bytes:
        response = self._client.audio.speech.create(
            model="rehearsal", voice=VOICES[line["speaker"]], input=line["text"], response_format="wav"
        )
        return response.content

    def _encode(self, clips: list[bytes]) -> None:
        encode(b"".join(_samples(clip) for clip in clips), self._folder / "naive.mp3")

    def _rows(self, outline: dict[str, Any], written: list[list[dict[str, str]]]) -> list[tuple[str, str]]:
        """One row a thing: podcast, episode, run, chapters, segments, clips, metrics."""
        rows = [(table, outline["title"]) for table in ("podcasts", "episodes", "runs")]
        rows += [("chapters", chapter["title"]) for chapter in outline["plan"]]
        lines = [json.dumps(line) for chapter in written for line in chapter]
        rows += [(table, line) for line in lines for table in ("segments", "clips")]
        return rows + [("metrics", f"metric {number}") for number in range(METRICS)]

    def _save(self, rows: list[tuple[str, str]]) -> None:
        if self._database_url:
            import asyncio

            asyncio.run(_save_postgres(self._database_url, rows))
            return
        connection = sqlite3.connect(self._folder / "naive.db")
        connection.execute("create table if not exists rows (id integer primary key, kind text, body text)")
        for row in rows:
            connection.execute("insert into rows (kind, body) values (?, ?)", row)
            connection.commit()
        connection.close()


async def _save_postgres(url: str, rows: list[tuple[str, str]]) -> None:
    import asyncpg

    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    await connection.execute("create temp table naive_rows (id serial primary key, kind text, body text)")
    for row in rows:
        async with connection.transaction():
            await connection.execute("insert into naive_rows (kind, body) values ($1, $2)", *row)
    await connection.close()


def encode(sound: bytes, path: Path) -> None:
    """16-bit samples at 24 kHz as MP3, as they are: no loudness, no limiter, no music."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(96)
    encoder.set_in_sample_rate(24_000)
    encoder.set_channels(1)
    encoder.silence()
    path.write_bytes(encoder.encode(sound) + encoder.flush())


def _samples(clip: bytes) -> bytes:
    with wave.open(io.BytesIO(clip)) as sound:
        return bytes(sound.readframes(sound.getnframes()))

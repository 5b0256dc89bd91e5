"""The speech server's CPU time: a minute of sound by the embedded voices, and a call beside its voice.

python benchmarks/bench_speech_server.py [--engine kokoro] [--json -]
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import openai
import psutil
from report import parser, report

AT_ONCE = 2
RATE = 24_000
TEXTS = {
    "en": "Street trees cool a city. Their leaves shade walls and pavements, and the water that they give"
    " off takes heat from the air."
    " A row of old planes can make a street several degrees cooler than the next.",
    "ko": "가로수는 도시를 식혀 줍니다. 나뭇잎은 벽과 길에 그늘을 만들고,"
    " 잎에서 나오는 수증기는 공기의 열을 빼앗습니다.",
}
CALLS = 4
SHORT_CALLS = 300


@contextmanager
def server(engine: str) -> Iterator[tuple[str, psutil.Process]]:
    """Its address and process, ready."""
    command = [sys.executable, "-m", "podloom", "speech-server", "--engine", engine, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().partition(" ")[0]
        try:
            assert process.stdout.readline() == "ready\n"
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()


async def spoken_s(url: str, voice: str, texts: list[str]) -> float:
    """Seconds of sound that came back."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with openai.AsyncOpenAI(base_url=url, api_key="none", timeout=600) as client:

        async def say(text: str) -> int:
            async with gate:
                sound = await client.audio.speech.create(
                    model="tts-1", voice=voice, input=text, response_format="pcm"
                )
                return len(sound.content)

        return sum(await asyncio.gather(*map(say, texts))) / 2 / RATE


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--engine", default="kokoro")
    options.add_argument("--voice", default="jm_kumo")
    asked = options.parse_args()
    metrics = {}
    with server("tone") as (url, process):
        before = cpu_s(process)
        asyncio.run(spoken_s(url, "tone-low", [f"Call number {n}." for n in range(SHORT_CALLS)]))
        metrics["CPU of a call, tone included (ms)"] = (cpu_s(process) - before) / SHORT_CALLS * 1000
    with server(asked.engine) as (url, process):
        for language, text in TEXTS.items():
            before = cpu_s(process)
            audio_s = asyncio.run(spoken_s(url, asked.voice, [text] * CALLS))
            metrics[f"CPU of a minute of sound, {language} (s)"] = (cpu_s(process) - before) / audio_s * 60
        metrics["memory (MB)"] = process.memory_info().rss / 2**20
    report("bench_speech_server", metrics, [], to=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Speech engines on the same 20 lines: speed, first sound and memory, and what a recogniser understands.

    python benchmarks/bench_voices.py                              # every engine that is installed, English
    python benchmarks/bench_voices.py --engines kokoro --language ko
    python benchmarks/bench_voices.py --engines kokoro piper --read-back 8     # and error rates by voice
    python benchmarks/bench_voices.py --threads 1 2                # native threads within one clip
    python benchmarks/bench_voices.py --json -                     # the last line is one JSON object

Every engine, number of workers and number of threads runs in a process of its own. A real-time factor is
seconds of computing a second of speech: below 1 a line is made before it could be played. Engines are set up
by PODLOOM_SPEECH_*. Coqui's workers are processes: their memory and CPU are counted with their parent's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path
from statistics import fmean
from typing import Any

import psutil
from process import in_a_process, peak_mb
from report import Goal, parser, report

LINES = {
    "en": (
        "Have you ever wondered why a lake stays warm at night?",
        "Water gives up its heat slowly, so the lake was still warm long after the air had cooled.",
        "That is exactly what she noticed, and at first she did not believe it.",
        "She measured it again in the morning, at noon, and late at night.",
        "And the numbers were the same?",
        "Almost. The surface lost two degrees, the water below it lost nothing at all.",
        "So there are two lakes, one on top of the other.",
        "In a way there are, and between them lies a border that you could feel with your hand.",
        "Most people never notice how quickly a small town changes when the water does.",
        "The fishermen noticed first, because the trout went deeper every summer.",
        "Is that really what the numbers say?",
        "Yes, and for a longer time than anybody had expected.",
        "Good questions are rare, and good answers take a little longer.",
        "They put a chain of sensors into the lake, one for every meter of depth.",
        "What did they learn from it?",
        "That the border sinks when the wind blows for three days or more.",
        "Then the warm water reaches places that had been cold for a hundred years.",
        "And whatever lives down there has to move, or it dies.",
        "Nobody can say yet how this ends, but the direction is clear.",
        "Let us come back to it when the next summer is over.",
    ),
    "ko": (
        "호수가 밤에도 따뜻한 이유를 생각해 본 적이 있나요?",
        "물은 열을 천천히 내놓기 때문에 공기가 식은 뒤에도 호수는 따뜻했습니다.",
        "바로 그것을 보고도 처음에는 믿지 않았다고 해요.",
        "그래서 아침에도, 점심에도, 밤늦게도 다시 재어 봤습니다.",
        "그런데 결과가 같았나요?",
        "거의 같았어요. 겉은 조금 식었지만 그 아래는 전혀 식지 않았습니다.",
        "그러니까 호수가 위아래로 두 개 있는 셈이네요.",
        "그렇게 볼 수 있지요. 그 사이에는 손으로 느낄 수 있는 경계가 있습니다.",
        "작은 마을이 얼마나 빨리 바뀌는지 사람들은 잘 모릅니다.",
        "어부들이 먼저 알았어요. 여름마다 물고기가 더 깊이 내려갔거든요.",
        "정말 숫자가 그렇게 나왔나요?",
        "네, 누구도 예상하지 못할 만큼 오래 이어졌습니다.",
        "좋은 질문은 드물고 좋은 대답에는 시간이 조금 더 걸립니다.",
        "연구자들은 호수에 온도계를 한 줄로 내려보냈습니다.",
        "거기서 무엇을 알게 되었나요?",
        "바람이 사흘 넘게 불면 그 경계가 내려간다는 사실입니다.",
        "그러면 백 년 동안 차갑던 곳까지 따뜻한 물이 닿습니다.",
        "그 아래에 사는 것들은 떠나거나 죽을 수밖에 없어요.",
        "어떻게 끝날지는 아직 모르지만 방향은 분명합니다.",
        "다음 여름이 지나면 다시 이야기해 봐요.",
    ),
}
ENGINES = ("kokoro", "piper", "coqui")
WORKERS = (1, 2)
LIMITS = {
    "rtf": Goal("", 1.0),
    "first_audio_s": Goal("", 3.0),
    "wer": Goal("", 0.10),
    "cer": Goal("", 0.15),
}
"""Speech before it is played; and error rates of the voices that are cast when nothing is said."""


def main() -> int:
    """Print a table, and JSON if asked for."""
    arguments = parse()
    if arguments.child:
        job = json.loads(arguments.child)
        print(json.dumps(asyncio.run(measure(job) if job["workers"] else understood(job))))
        return 0
    metrics: dict[str, float] = {}
    goals: list[Goal] = []
    for engine in arguments.engines:
        for job in jobs(engine, arguments):
            row = in_a_process(__file__, job)
            if "missing" in row:
                print(f"{engine} left out: {row['missing']}", file=sys.stderr)
                break
            metrics |= row["metrics"]
            goals += [Goal(name, LIMITS[kind].limit) for name, kind in row["goals"].items()]
    notes = f"{arguments.language}, {arguments.lines} lines"
    report("bench_voices", metrics, goals, to=arguments.json, notes=notes)
    return 0


def parse() -> argparse.Namespace:
    made = parser(__doc__)
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("--engines", nargs="+", default=ENGINES)
    made.add_argument("--language", choices=["en", "ko"], default="en")
    made.add_argument("--lines", type=int, default=20, help="of the 20 lines, the first so many")
    made.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    made.add_argument("--threads", type=int, nargs="+", default=[1], help="native ones, within one clip")
    made.add_argument("--read-back", type=int, default=0, metavar="LINES", help="also error rates, by voice")
    made.add_argument("--child", default="", help=argparse.SUPPRESS)
    return made.parse_args()


def jobs(engine: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """What is measured of one engine, each in a process of its own."""
    same = {"engine": engine, "language": arguments.language}
    found = [
        {**same, "workers": workers, "threads": threads, "lines": arguments.lines}
        for threads in arguments.threads
        for workers in arguments.workers
    ]
    if arguments.read_back:
        found.append({**same, "workers": 0, "threads": 1, "lines": arguments.read_back})
    return found


def built(job: dict[str, Any]) -> Any:
    """The engine with so many workers, or the reason why there is none."""
    from podloom.errors import PodloomError
    from podloom.settings import load_settings
    from podloom.tts.engine import build_engine

    settings = load_settings()
    workers = max(1, job["workers"])
    asked = {"local_concurrency": workers, "coqui_workers": workers, "native_threads": job["threads"]}
    speech = settings.speech.model_copy(update=asked)
    try:
        engine = build_engine(job["engine"], settings.model_copy(update={"speech": speech}))
        if engine.voices(job["language"]):
            return engine
    except PodloomError as error:
        return str(error)
    return f"{job['engine']} has no voice for {job['language']}"


async def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Speed, first sound and memory of one engine."""
    from podloom.tts.engine import speak_in_parts

    engine = built(job)
    if isinstance(engine, str):
        return {"missing": engine}
    began_s = time.perf_counter()
    await engine.load()
    load_s = time.perf_counter() - began_s
    voices = engine.voices(job["language"])[:2]
    lines = LINES[job["language"]][: job["lines"]]
    began_s = time.perf_counter()
    async with aclosing(speak_in_parts(engine, lines[0], voices[0])) as parts:
        await anext(parts)
        first_s = time.perf_counter() - began_s
    began_s, cpu_s = time.perf_counter(), cpu_so_far_s()
    audio_s = await speak_all(engine, voices, lines, job["workers"])
    wall_s, cpu_s = time.perf_counter() - began_s, cpu_so_far_s() - cpu_s
    name = f"{job['engine']}_{job['language']}_{job['workers']}w"
    name += f"_{job['threads']}t" if job["threads"] > 1 else ""
    most_mb = peak_mb() + sum(peak_mb(child.pid) for child in psutil.Process().children(recursive=True))
    await engine.close()
    metrics = {
        f"{name}_rtf": wall_s / audio_s,
        f"{name}_cpu_rtf": cpu_s / audio_s,
        f"{name}_load_s": load_s,
        f"{name}_first_audio_s": first_s,
        f"{name}_peak_mb": most_mb,
        f"{name}_speech_s": audio_s,
    }
    return {"metrics": metrics, "goals": {f"{name}_rtf": "rtf", f"{name}_first_audio_s": "first_audio_s"}}


def cpu_so_far_s() -> float:
    """Of this process and of workers it has started."""
    children = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return time.process_time() + sum(spent.user + spent.system for spent in children)


async def speak_all(engine: Any, voices: Any, lines: tuple[str, ...], workers: int) -> float:
    """Seconds of speech; the hosts take turns, so many lines at once as there are workers."""
    free = asyncio.Semaphore(workers)

    async def one(number: int, line: str) -> float:
        async with free:
            made = await engine.synthesize(line, voices[number % len(voices)])
            return float(made.duration_s)

    return sum(await asyncio.gather(*(one(number, line) for number, line in enumerate(lines))))


async def understood(job: dict[str, Any]) -> dict[str, Any]:
    """Error rates of what a recogniser hears, by voice; goals for those that are cast by default."""
    from podloom.errors import PodloomError
    from podloom.settings import load_settings
    from podloom.stt.transcriber import build_transcriber

    engine = built(job)
    if isinstance(engine, str):
        return {"missing": engine}
    try:
        transcriber = build_transcriber(load_settings())
    except PodloomError as error:
        return {"missing": str(error)}
    kind = "cer" if job["language"] == "ko" else "wer"
    metrics: dict[str, float] = {}
    for voice in engine.voices(job["language"])[:8]:
        name = f"{job['engine']}_{job['language']}_{voice.label.lower()}_{kind}"
        lines = LINES[job["language"]][: job["lines"]]
        metrics[name] = fmean([await rate(engine, transcriber, voice, line) for line in lines])
    return {"metrics": metrics, "goals": dict.fromkeys(list(metrics)[:2], kind)}


async def rate(engine: Any, transcriber: Any, voice: Any, line: str) -> float:
    """The error rate of one line: over characters in Korean, over words otherwise."""
    import soundfile

    from podloom.stt.compare import character_error_rate, word_error_rate
    from podloom.text.normalize import normalize

    spoken = normalize(line, voice.language)
    audio = await engine.synthesize(spoken, voice)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        soundfile.write(path, audio.samples, audio.sample_rate)
        heard = (await transcriber.transcribe(path, voice.language)).text
    compare = character_error_rate if voice.language == "ko" else word_error_rate
    return compare(spoken, heard, lambda text: normalize(text, voice.language))


if __name__ == "__main__":
    # One thread each: two that spin on the same cores cost more than they give.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    raise SystemExit(main())

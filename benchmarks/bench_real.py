"""The demo with the embedded voices, and the same lines one after the other with the same engine.

    python benchmarks/bench_real.py              # the demo's article, five minutes of audio
    python benchmarks/bench_real.py --rounds 3   # all ways in turn, three times; the medians count
    python benchmarks/bench_real.py --quick      # half a minute of audio
    python benchmarks/bench_real.py --json -     # the last line is one JSON object

Every way is a process of its own, imports and loading of the model included. "One after the other" voices a
line, waits for it, voices the next, and encodes at the end; with the engine as Podloom sets it up (one native
thread a line), and with as many threads a line as ONNX takes by itself. Text has no part in it: the lines are
those of Podloom's run. Needs podloom[kokoro].
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from naive import encode
from process import cpu_s, in_a_process, peak_mb
from report import Goal, child_parser, report

WAYS = ("ours", "one by one", "one by one, ONNX's threads")
QUICK_MINUTES = 0.5
MEMORY_MB = 2048
"""Of a run with a local model."""

Row = dict[str, float]


def main() -> int:
    arguments = parse()
    if arguments.child:
        print(json.dumps(measure(json.loads(arguments.child))))
        return 0
    found: dict[str, list[Row]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as name:
        # The joined model file is kept between the ways: the first one would pay for all.
        job = {"home": f"{name}/model", "minutes": arguments.minutes, "language": arguments.language}
        in_a_process(__file__, job | {"way": "ours", "minutes": QUICK_MINUTES, "folder": f"{name}/before"})
        for number in range(arguments.rounds):
            folder = f"{name}/{number}"
            for way in WAYS:
                found[way].append(in_a_process(__file__, job | {"way": way, "folder": folder}))
    metrics = {
        f"{way}, {name}": statistics.median(row[name] for row in rows)
        for way, rows in found.items()
        for name in rows[0]
    }
    for way in WAYS[1:]:
        metrics[f"times faster than {way}"] = metrics[f"{way}, wall (s)"] / metrics["ours, wall (s)"]
    goals = [Goal("ours, real-time factor", 1.0), Goal("ours, peak memory (MB)", MEMORY_MB)]
    goals += [Goal(f"times faster than {way}", 1.0, at_least=True) for way in WAYS[1:]]
    report("bench_real", metrics, goals, to=arguments.json, notes=f"{arguments.rounds} rounds")
    return 0


def parse(given: list[str] | None = None) -> argparse.Namespace:
    made = child_parser(__doc__)
    made.add_argument("--minutes", type=float, default=5.0, help="of audio that are asked for")
    made.add_argument("--language", choices=["en", "ko"], default="en")
    made.add_argument("--rounds", type=int, default=1)
    asked = made.parse_args(given)
    if asked.quick:
        asked.minutes = QUICK_MINUTES
    return asked


def measure(job: dict[str, Any]) -> Row:
    """One way in this process; from before the imports until the file is there."""
    began_s = time.monotonic()
    audio_s, first_s = ours(job) if job["way"] == "ours" else one_by_one(job)
    wall_s = time.monotonic() - began_s
    return {
        "wall (s)": wall_s,
        "audio (s)": audio_s,
        "real-time factor": wall_s / audio_s,
        "first clip (s)": first_s - began_s,
        "CPU (s)": cpu_s(),
        "peak memory (MB)": peak_mb(),
    }


def settings_of(home: Path, model: str) -> Any:
    """An empty home, but for the model's file."""
    from podloom.settings import Settings

    home.mkdir(parents=True, exist_ok=True)
    Path(model).mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(Path(model).absolute())
    return Settings(home=home)


def ours(job: dict[str, Any]) -> tuple[float, float]:
    """The demo: seconds of audio, and when the first clip was there."""
    from podloom import Progress, generate_podcast
    from podloom.cli.demo import article

    clips_s: list[float] = []

    def look(progress: Progress) -> None:
        if progress.segments_done and not clips_s:
            clips_s.append(time.monotonic())

    folder = Path(job["folder"])
    episode = generate_podcast(
        str(article(job["language"])),
        settings=settings_of(folder / "home", job["home"]),
        orchestration="inline",
        on_progress=look,
        language=job["language"],
        minutes=job["minutes"],
        engine="kokoro",
        writer="offline",
        out=str(folder / "out"),
    )
    return episode.duration_s, clips_s[0]


def one_by_one(job: dict[str, Any]) -> tuple[float, float]:
    """The lines of our run, one after the other; seconds of audio, and when the first clip was there."""
    import numpy as np

    from podloom.domain import Script
    from podloom.script.replay import load_script
    from podloom.text.normalize import normalize
    from podloom.tts.engine import build_engine

    if job["way"] != WAYS[1]:
        use_default_threads()
    folder = Path(job["folder"])
    script: Script = load_script(next(folder.glob("out/*/script.json")))
    voices = {speaker.name: speaker.voice for speaker in script.speakers}
    engine = build_engine("kokoro", settings_of(folder / job["way"], job["home"]))

    async def speak() -> tuple[list[Any], float]:
        await engine.load()
        clips: list[Any] = []
        first_s = 0.0
        for segment in script.segments:
            text = normalize(segment.text, script.language)
            clips.append(await engine.synthesize(text, voices[segment.speaker]))
            first_s = first_s or time.monotonic()
        return clips, first_s

    clips, first_s = asyncio.run(speak())
    sound = np.concatenate([clip.samples for clip in clips])
    encode((32767 * sound).astype(np.int16).tobytes(), folder / "one-by-one.mp3")
    return len(sound) / clips[0].sample_rate, first_s


def use_default_threads() -> None:
    """Let ONNX choose how many threads it takes for a line, as it does for who sets nothing."""
    import onnxruntime

    class Unset(onnxruntime.SessionOptions):  # type: ignore[misc]  # untyped
        intra_op_num_threads = inter_op_num_threads = 0

        def add_session_config_entry(self, *_: str) -> None:
            """Nothing is set here either."""

    onnxruntime.SessionOptions = Unset


if __name__ == "__main__":
    sys.exit(main())

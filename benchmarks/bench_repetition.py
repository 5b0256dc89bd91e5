"""Does it make chapters repeat one another that their writers start before the outline has its details?

    python benchmarks/bench_repetition.py                      # four writers, both plans, three seeds
    python benchmarks/bench_repetition.py --writers model --seeds 5
    python benchmarks/bench_repetition.py --quick              # without the model, one seed
    python benchmarks/bench_repetition.py --json -             # the last line is one JSON object

The same plan and the same article, through Podloom's own prompts and checks. "early": a chapter's writer sees
all titles and one-line points, and the details of its own chapter, as in a run. "whole": it waits for the
outline and sees every chapter's details. Each is done with the check that keeps parts of a chapter from
repeating one another, and without. Counted are runs of eight words that two chapters share, before and after
the pass that takes out sentences an earlier chapter has said ("edited"; a draft is not edited in a run), and
lines that say what another part of their chapter says.

Who writes decides what the numbers mean:
  model      the one that PODLOOM_LLM_* leads to, if any: the only one that answers the question
  quoting    no model: the source's sentences that fit a prompt's key points best; shows how far prompts keep
             writers apart, not how well a model obeys them
  rehearsal  the paced server of the other benchmarks: no two sentences of it are alike, so it can show that
             the machinery repeats nothing by itself, and nothing about models
  offline    reads the article's sentences; its plan has all details at once, and its last chapter says one
             passage again on purpose
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, cast

from repetition_writers import HOSTS, MissingModelError, client_of
from report import child_parser, report, show

from podloom.domain import (
    ChapterPlan,
    ChapterScript,
    EpisodeRequest,
    Outline,
    Script,
    Segment,
    SourceDocument,
    Speaker,
    Voice,
    count_words,
)
from podloom.errors import ScriptError
from podloom.script.check import distinct_2, repeated_runs
from podloom.script.dedupe import SpokenRuns
from podloom.script.llm import LLMWriter
from podloom.script.offline import OfflineWriter
from podloom.script.outlining import share_out
from podloom.script.retelling import without_retelling
from podloom.script.writer import Brief, Withdrawn, Writer
from podloom.telemetry import Telemetry

WRITERS = ("quoting", "rehearsal", "offline", "model")
PLANS = ("early", "whole")
SEEDS = 3
FIRST_SEED = 7
WORDS = 450
"""Of the script; the article has 750: whoever has to use all of it has to use some of it twice."""
ARTICLE = Path(__file__).parents[1] / "examples" / "city-trees.md"
PLAN = json.loads((Path(__file__).parent / "repetition_plan.json").read_text(encoding="utf-8"))
POINTS = [point for chapter in PLAN["chapters"] for point in (chapter["point"], *chapter["key_points"])]


@dataclass
class Parts:
    """What the check of a chapter's parts has seen."""

    checking: bool
    found: int = 0
    """Lines that say what another part has said."""


def main() -> int:
    arguments = parse()
    rows: list[dict[str, Any]] = []
    for name in arguments.writers:
        try:
            rows += rows_of(name, arguments)
        except MissingModelError as error:
            print(f"{name} left out: {error}", file=sys.stderr)
    show("repetition", list(rows[0]), [list(row.values()) for row in rows])
    cells = {
        f"{row['writer']}, {row['plan']} plan, check {row['check']}, {what}": value
        for row in rows
        for what, value in row.items()
        if isinstance(value, float)
    }
    shown = {name: value for name, value in cells.items() if name.endswith("check on, shared runs")}
    report("bench_repetition", shown, [], to=arguments.json, details=cells)
    return 0


def rows_of(name: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Of one writer: with both plans, with the check of parts and without; means of the seeds."""
    rows = []
    for checking in (False, True):
        for plan in PLANS:
            seeds = range(FIRST_SEED, FIRST_SEED + arguments.seeds)
            runs = [run(name, plan, seed, arguments.words, checking=checking) for seed in seeds]
            means = {what: fmean(each[what] for each in runs) for what in runs[0]}
            rows.append({"writer": name, "plan": plan, "check": "on" if checking else "off", **means})
    return rows


def parse(given: list[str] | None = None) -> argparse.Namespace:
    made = child_parser(__doc__)
    made.add_argument("--writers", nargs="+", choices=WRITERS, default=WRITERS)
    made.add_argument("--seeds", type=int, default=SEEDS)
    made.add_argument("--words", type=int, default=WORDS, help="of the script")
    asked = made.parse_args(given)
    if asked.quick:
        asked.writers, asked.seeds = [name for name in asked.writers if name != "model"], 1
    return asked


def run(name: str, plan: str, seed: int, words: int, *, checking: bool) -> dict[str, float]:
    """One script, written; what it repeats."""
    parts, telemetry = Parts(checking), Telemetry()
    brief = brief_of(seed, words)
    if name == "offline":
        script, failed = asyncio.run(written(OfflineWriter(telemetry), brief, None))
    else:
        with counted(parts), client_of(name, POINTS) as (client, settings):
            writer = LLMWriter(client, settings, telemetry)
            script, failed = asyncio.run(written(writer, brief, outlines(brief.words, plan)))
    runs, left = repeated_runs(script), repeated_runs(edited(script))
    return {
        "shared runs": float(len(runs)),
        "their words": float(sum(len(run.text.split()) for run in runs)),
        "runs, edited": float(len(left)),
        "words, edited": float(sum(len(run.text.split()) for run in left)),
        "lines told twice": float(parts.found),
        "distinct-2": distinct_2(script),
        "words": float(sum(count_words(segment.text) for segment in script.segments)),
        "chapters failed": float(failed),
        "repairs": float(telemetry.counters["llm.repairs"]),
    }


def edited(script: Script) -> Script:
    """Without what a chapter tells again of those before it, as a run has it spoken."""
    before: list[Segment] = []
    chapters = []
    for chapter in script.chapters:
        segments = without_retelling(chapter.segments, before, script.language)
        chapters.append(chapter.model_copy(update={"segments": segments}))
        before += segments
    return script.model_copy(update={"chapters": tuple(chapters)})


@contextmanager
def counted(parts: Parts) -> Iterator[None]:
    """Count what the check of parts finds; without checking it is told nothing."""
    repeated = SpokenRuns.repeated

    def asked(self: SpokenRuns, text: str, part: int) -> str:
        found = repeated(self, text, part)
        parts.found += bool(found)
        return found if parts.checking else ""

    SpokenRuns.repeated = asked  # type: ignore[method-assign]  # for as long as the context
    try:
        yield
    finally:
        SpokenRuns.repeated = repeated  # type: ignore[method-assign]  # for as long as the context


def brief_of(seed: int, words: int) -> Brief:
    hosts = tuple(
        Speaker(name=name, role="host", voice=Voice(engine="tone", id=name, language="en")) for name in HOSTS
    )
    request = EpisodeRequest(sources=(str(ARTICLE),), minutes=words / 150, seed=seed)
    return Brief(request=request, speakers=hosts, words=words)


def outlines(words: int, plan: str) -> list[tuple[Outline, ChapterPlan]]:
    """For every chapter the outline that its writer sees, and its own details."""
    budgets = share_out(words, [1] * len(PLAN["chapters"]))
    known = [
        ChapterPlan(
            index=index,
            title=chapter["title"],
            key_points=(chapter["point"],),
            words=budget,
            point=chapter["point"],
        )
        for index, (chapter, budget) in enumerate(zip(PLAN["chapters"], budgets, strict=True))
    ]
    detailed = [
        chapter.model_copy(update={"key_points": tuple(given["key_points"]), "sources": (0,)})
        for chapter, given in zip(known, PLAN["chapters"], strict=True)
    ]
    shown = Outline(
        title=PLAN["title"], summary=PLAN["summary"], chapters=tuple(detailed if plan == "whole" else known)
    )
    return [(shown, chapter) for chapter in detailed]


async def written(
    writer: Writer, brief: Brief, planned: Sequence[tuple[Outline, ChapterPlan]] | None
) -> tuple[Script, int]:
    """All chapters, written at the same time, and how many of them stayed unusable."""
    if planned is None:
        parts: list[Any] = [part async for part in writer.write_outline(brief, [article()])]
        planned = [(parts[0], chapter) for chapter in parts[1:]]

    done = await asyncio.gather(*(chapter(writer, brief, *each) for each in planned))
    script = Script(
        title=PLAN["title"],
        summary="",
        language="en",
        draft=False,
        speakers=brief.speakers,
        chapters=tuple(sorted((made for made, _ in done), key=lambda made: made.index)),
    )
    return script, sum(failed for _, failed in done)


async def chapter(
    writer: Writer, brief: Brief, outline: Outline, details: ChapterPlan
) -> tuple[ChapterScript, bool]:
    """A chapter's lines, and whether it stayed unusable; its good lines count all the same."""
    lines: list[Segment] = []
    failed = False
    pieces = cast("Any", writer.write_chapter(brief, [article()], outline, details))
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                if isinstance(piece, Withdrawn):
                    lines.clear()
                elif isinstance(piece, Segment):
                    lines.append(piece)
    except ScriptError:
        failed = True
    return ChapterScript(index=details.index, title=details.title, segments=tuple(lines)), failed


@cache
def article() -> SourceDocument:
    text = ARTICLE.read_text(encoding="utf-8")
    return SourceDocument(
        kind="text",
        origin="text",
        title=PLAN["title"],
        language="en",
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


if __name__ == "__main__":
    sys.exit(main())

"""Numbers as a table for people, and as one line of JSON for whoever compares."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from podloom.rehearsal.machine import processor


@dataclass(frozen=True)
class Goal:
    """A metric and its limit."""

    metric: str
    limit: float
    at_least: bool = False
    strictly: bool = False
    """Whether the limit itself is missed already."""

    def met(self, value: float) -> bool:
        """Whether the value is within the limit."""
        within = value >= self.limit if self.at_least else value <= self.limit
        return within and not (self.strictly and value == self.limit)

    def __str__(self) -> str:
        return f"{'>' if self.at_least else '<'}{'' if self.strictly else '='} {self.limit:g}"


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the option all benchmarks have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--json", default="", help="file for the numbers as JSON; -: last line of the output")
    return made


def child_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser for what can be quick, and is called again for every process of its own."""
    made = parser(description)
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("--quick", action="store_true", help="a small part of it: to see that it runs")
    made.add_argument("--child", default="", help=argparse.SUPPRESS)
    return made


def percentile(values: Iterable[float], percent: int) -> float:
    """The value that so many of a hundred do not exceed; between two, in proportion."""
    known = sorted(values)
    if len(known) < 2:
        return known[0] if known else 0.0
    return statistics.quantiles(known, n=100, method="inclusive")[percent - 1]


def show(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table of rows; numbers with three digits that count."""
    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(_shown(cell) for cell in row))
    Console(width=110).print(table)


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return str(cell)


def report(
    name: str,
    metrics: dict[str, float],
    goals: list[Goal],
    *,
    to: str = "",
    notes: str = "",
    details: dict[str, float] | None = None,
) -> bool:
    """Print the table and write the JSON, with the details; whether all goals hold, which decides nothing."""
    limits = {goal.metric: goal for goal in goals}
    table = Table(title=name, caption=f"{notes}\n{machine()['summary']}".strip())
    for heading in ("metric", "value", "goal", ""):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for metric, value in metrics.items():
        goal = limits.get(metric)
        verdict = "" if goal is None else "met" if goal.met(value) else "MISSED"
        table.add_row(metric, f"{value:,.3f}".rstrip("0").rstrip("."), str(goal or ""), verdict)
    Console(width=110).print(table)
    _write(to, name, metrics | (details or {}), goals)
    return all(goal.met(metrics[goal.metric]) for goal in goals if goal.metric in metrics)


def _write(to: str, name: str, metrics: dict[str, float], goals: list[Goal]) -> None:
    result = {
        "name": name,
        "machine": machine(),
        "metrics": {metric: round(value, 4) for metric, value in metrics.items()},
        "goals": {
            goal.metric: {
                "value": round(metrics[goal.metric], 4),
                "goal": str(goal),
                "holds": goal.met(metrics[goal.metric]),
            }
            for goal in goals
            if goal.metric in metrics
        },
    }
    if to == "-":
        sys.stdout.write(f"{json.dumps(result)}\n")
    elif to:
        Path(to).write_text(f"{json.dumps(result, indent=2)}\n", encoding="utf-8")


def machine() -> dict[str, str]:
    """What the numbers were measured on, and how busy it was."""
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0]
    description = {
        "processor": processor(),
        "cores": str(cores),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": f"{load:.2f}",
        # Without compiled modules a first run compiles its imports, which takes seconds.
        "bytecode": "not kept" if sys.dont_write_bytecode else "kept",
    }
    summary = (
        f"{description['processor']}, {cores} cores, {description['system']}, Python {description['python']}"
    )
    return {
        **description,
        "summary": f"{summary}, load {load:.2f} at the end, bytecode {description['bytecode']}",
    }

"""Numbers as a table for people, and as one line of JSON for whoever compares."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Goal:
    """A metric and its limit."""

    metric: str
    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether the value is within the limit."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the option all benchmarks have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--json", default="", help="file for the numbers as JSON; -: last line of the output")
    return made


def report(name: str, metrics: dict[str, float], goals: list[Goal], *, to: str = "", notes: str = "") -> bool:
    """Print the table and write the JSON; whether all goals hold, which decides nothing."""
    limits = {goal.metric: goal for goal in goals}
    table = Table(title=name, caption=f"{notes}\n{machine()['summary']}".strip())
    for heading in ("metric", "value", "goal", ""):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for metric, value in metrics.items():
        goal = limits.get(metric)
        verdict = "" if goal is None else "met" if goal.met(value) else "MISSED"
        table.add_row(metric, f"{value:,.3f}".rstrip("0").rstrip("."), str(goal or ""), verdict)
    Console(width=110).print(table)
    _write(to, name, metrics, goals)
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
        "processor": _processor(),
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


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()

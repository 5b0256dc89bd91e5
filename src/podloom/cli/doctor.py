"""`podloom doctor`: what is installed, what answers, what to do."""

from __future__ import annotations

import typer
from rich.table import Table

from podloom.cli.output import Json, console, print_json
from podloom.cli.running import run_async
from podloom.stages.health import Finding, examine

MARKS = {"ok": "ok", "off": "-", "bad": "PROBLEM"}


def doctor(as_json: Json = False) -> None:
    """Check this machine and the servers in the settings; exits with 1 if something is broken."""
    findings = run_async(examine())
    if as_json:
        print_json({"findings": [vars(finding) for finding in findings]})
    else:
        _print(findings)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def _print(findings: list[Finding]) -> None:
    table = Table("", "what", "found", "what to do", box=None)
    for finding in findings:
        table.add_row(MARKS[finding.state], finding.name, finding.found, finding.advice)
    console().print(table)

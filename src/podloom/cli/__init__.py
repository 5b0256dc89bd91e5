"""The `podloom` command. Exit codes: 0 done, else as podloom.errors says; see docs/cli.md."""

from __future__ import annotations


def main() -> None:
    """Entry point; the commands are imported here, not when the package is."""
    from podloom.cli.app import run  # noqa: PLC0415

    run()

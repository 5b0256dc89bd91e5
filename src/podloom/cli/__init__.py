"""The `podloom` command. Exit codes: 0 done, 2 and up as podloom.errors says, 130 interrupted."""

from __future__ import annotations


def main() -> None:
    """Entry point; the commands are imported here, not when the package is."""
    from podloom.cli.app import run  # noqa: PLC0415

    run()

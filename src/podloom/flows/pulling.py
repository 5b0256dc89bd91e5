"""The deployments' pull step. Without one, process workers copy their working folder for every run."""

from __future__ import annotations

from importlib.metadata import version


def installed_package() -> dict[str, str]:
    """The code is installed where the worker runs: nothing to pull."""
    return {"version": version("podloom")}

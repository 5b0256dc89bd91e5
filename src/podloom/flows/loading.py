"""The flow of an entry point.

Prefect's own loading puts the working directory into sys.path for as long as it imports. Other threads import
meanwhile, and whoever goes by sys.path (import caches, coverage) may take away again what they have imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from prefect import Flow


def load_flow(entrypoint: str) -> Flow[..., Any]:
    """The flow that a deployment names, as "package.module.function".

    Raises:
        ImportError, AttributeError: There is none of that name.
    """
    module, _, name = entrypoint.rpartition(".")
    flow: Flow[..., Any] = getattr(import_module(module), name)
    return flow

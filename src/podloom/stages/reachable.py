"""Whether a Prefect server is there, asked without importing Prefect."""

from __future__ import annotations

import sys
from importlib import import_module

API_PATIENCE_S = 0.5
"""A Prefect API that does not answer in this time is taken for absent."""


async def why_silent(url: str, patience_s: float = API_PATIENCE_S) -> str:
    """Why no healthy Prefect API answers at `url`; "" when one does."""
    load_httpx()
    import httpx  # noqa: PLC0415 - see above

    try:
        # Reading the certificates takes 30 ms, which an address without TLS does not need.
        async with httpx.AsyncClient(timeout=patience_s, verify=url.startswith("https")) as client:
            (await client.get(f"{url.rstrip('/')}/health")).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return ""


def load_httpx() -> None:
    """Import httpx without its own command line.

    That brings click, rich and Pygments, which is half of the time; httpx does without where it is missing.
    """
    command = "httpx._main"
    if "httpx" in sys.modules or command in sys.modules:
        return
    sys.modules[command] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        import_module("httpx")
    finally:
        del sys.modules[command]

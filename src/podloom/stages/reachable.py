"""Whether a Prefect server is there, asked without importing Prefect."""

from __future__ import annotations

API_PATIENCE_S = 0.5
"""A Prefect API that does not answer in this time is taken for absent."""


async def why_silent(url: str, patience_s: float = API_PATIENCE_S) -> str:
    """Why no healthy Prefect API answers at `url`; "" when one does."""
    import httpx  # noqa: PLC0415 - half of the package's import time

    try:
        # Reading the certificates takes 30 ms, which an address without TLS does not need.
        async with httpx.AsyncClient(timeout=patience_s, verify=url.startswith("https")) as client:
            (await client.get(f"{url.rstrip('/')}/health")).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return ""

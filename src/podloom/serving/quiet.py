"""What all our HTTP servers have in common."""

from __future__ import annotations

from typing import Any

import uvicorn


def quiet_config(application: Any, **options: Any) -> uvicorn.Config:
    """Uvicorn in the loop it is started in, without logging of its own; `options` are its own ones."""
    return uvicorn.Config(
        application,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        **options,
    )

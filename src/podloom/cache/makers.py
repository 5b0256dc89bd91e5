"""Who holds a lease: a maker that died on this machine is not waited for."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAMESPACE = Path("/proc/self/ns/pid")
"""Process numbers mean something only among those who share it; unique on a machine."""


def new_token() -> str:
    """Names this process, where processes can be told apart, and nobody else's lease."""
    return f"{_namespace()}.{os.getpid()}.{secrets.token_hex(8)}"


def is_gone(token: str) -> bool:
    """Whether the process that made the token has ended; False when that cannot be known."""
    namespace, _, rest = token.partition(".")
    number = rest.partition(".")[0]
    if not namespace or namespace != _namespace() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's process: it is there
        return False
    return False


def _namespace() -> str:
    """Of processes; empty where the system has none."""
    try:
        return str(NAMESPACE.stat().st_ino)
    except OSError:
        return ""

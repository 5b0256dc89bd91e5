"""What a benchmark was measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> str:
    """The same for machines whose numbers can be compared; not the host's name, which containers change."""
    major, minor, _ = platform.python_version_tuple()
    return f"{processor()}, {os.cpu_count() or 1} cores, Python {major}.{minor}"


def processor() -> str:
    """As the system names it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()

"""Measurements in processes of their own, so that memory and CPU time are those of one thing alone."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any


def in_a_process(script: str, job: dict[str, Any], **environment: str) -> dict[str, Any]:
    """What `script --child JOB` prints as its last line.

    The process has one heap, as the `podloom` command and the deployments set it for themselves.
    """
    command = [sys.executable, script, "--child", json.dumps(job)]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={"MALLOC_ARENA_MAX": "1", **os.environ, **environment},
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def cpu_s() -> float:
    """Of all threads of this process and of the children that have ended."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def peak_mb(pid: int | str = "self") -> float:
    """The most memory that a process has held; of this one without what it was started from."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

"""What happens in a run, in the Logs of its page: the tab that people see first.

Only there: a terminal in which several runs are made would drown, so Prefect's own loggers are quiet in
`podloom serve`.
"""

from __future__ import annotations

import logging
from contextvars import copy_context
from functools import cache

from prefect.logging.handlers import APILogHandler
from prefect.runtime import flow_run

from podloom.domain.events import Event, LineVoiced, ProgressMade

NAME = "podloom.runs"
LOUD = ("prefect.flow_runs", "prefect.task_runs")
EXPECTED = ("Finished in state Suspended", "Finished in state Cancelled")


class RunLog:
    """Writes what happens in the running flow run; nothing where the flow's function was called as it is."""

    def __init__(self) -> None:
        self._run_id = str(flow_run.id or "")
        # Events come from any thread; Prefect's settings, its server's address with them, only from here.
        self._context = copy_context()
        for name in LOUD:
            logging.getLogger(name).addFilter(calm)  # the same one is added once

    def take(self, event: Event) -> None:
        """The next event. Voiced lines and the progress have artifacts of their own."""
        if self._run_id and not isinstance(event, LineVoiced | ProgressMade):
            self._context.copy().run(say, self._run_id, str(event))


def say(run_id: object, text: str) -> None:
    """A line in the Logs of a run's page; sent in the background, from any thread."""
    _logger().info("%s", text, extra={"flow_run_id": str(run_id)})


def calm(record: logging.LogRecord) -> bool:
    """A filter: Prefect calls every end but success an error, also when a person stops or reviews a run."""
    if record.levelno == logging.ERROR and record.getMessage().startswith(EXPECTED):
        record.levelno, record.levelname = logging.INFO, "INFO"
        return logging.getLogger(record.name).isEnabledFor(logging.INFO)
    return True


@cache
def _logger() -> logging.Logger:
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(APILogHandler())
    return logger

"""The Logs of a run's page: what Prefect calls an error there."""

import logging

import pytest

from podloom.tasks.runlog import calm


@pytest.mark.parametrize(
    ("message", "shown_at"),
    [
        ("Finished in state Suspended(type=PAUSED)", logging.INFO),
        ("Finished in state Cancelled('Stopped')", logging.INFO),
        ("Finished in state Failed('no such file')", logging.ERROR),
    ],
)
@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING])
def test_only_failures_are_errors(message, shown_at, level):
    logger = logging.getLogger("prefect.flow_runs.test")
    logger.setLevel(level)
    record = logger.makeRecord(logger.name, logging.ERROR, "", 0, message, (), None)
    assert calm(record) == (shown_at >= level)
    assert (record.levelno, record.levelname) == (shown_at, logging.getLevelName(shown_at))

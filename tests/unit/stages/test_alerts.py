"""Which values of the latest runs are held against a threshold."""

import pytest

from podloom.db.records import RecentRuns
from podloom.settings import AlertSettings
from podloom.stages.alerts import readings

RECENT = RecentRuns(runs=20, mean_s=90.0, error_rate=0.1, queue_lines=12.0, memory_mb=800.0)


def values(recent, **settings):
    return {reading.name: reading.value for reading in readings(recent, AlertSettings(**settings))}


def test_every_value_has_its_threshold():
    assert values(RECENT) == {"mean_s": 90.0, "error_rate": 0.1, "queue_lines": 12.0, "memory_mb": 800.0}


@pytest.mark.parametrize("name", ["mean_s", "error_rate", "queue_lines", "memory_mb"])
def test_a_threshold_of_0_is_off(name):
    assert name not in values(RECENT, **{name: 0})


def test_what_is_not_known_raises_nothing():
    assert values(RecentRuns(5, None, None, 0.0, 300.0)) == {"queue_lines": 0.0, "memory_mb": 300.0}


@pytest.mark.parametrize(("runs", "count"), [(4, 0), (5, 4)])
def test_few_runs_are_no_ground_for_an_alert(runs, count):
    assert len(values(RecentRuns(runs, 90.0, 1.0, 0.0, 1.0))) == count


def test_it_is_cleared_a_little_below_its_threshold_and_says_both():
    (reading, *_) = readings(RECENT, AlertSettings(mean_s=80))
    assert (reading.limit, reading.clear_at) == (80, 72)
    assert reading.sentence == "episodes took 90 s on average over the last 20 runs; the threshold is 80"

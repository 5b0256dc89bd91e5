"""How often a run's page is updated."""

import pytest

from podloom.tasks.artifacts import pause_s


@pytest.mark.parametrize(("answered_s", "pause"), [(0.0, 0.9), (0.02, 0.9), (0.2, 2.0), (30.0, 5.0)])
def test_a_busy_server_hears_less_often(answered_s, pause):
    assert pause_s(answered_s) == pause

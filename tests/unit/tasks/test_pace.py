"""How often a Prefect server is asked."""

import pytest

from podloom.tasks.pace import pause_s


@pytest.mark.parametrize(("answered_s", "pause"), [(0.0, 0.9), (0.02, 0.9), (0.2, 2.0), (30.0, 5.0)])
def test_a_busy_server_is_asked_less_often(answered_s, pause):
    assert pause_s(answered_s, 0.9, 5.0) == pause

"""One look for all runs of a process."""

from uuid import uuid4

from podloom.tasks.lookout import Lookout


class Server:
    """Stands for Prefect's client: counts how often it is asked, and for how many runs."""

    def __init__(self):
        self.left, self.asked_for = 0, []

    async def count_flow_runs(self, *, flow_run_filter):
        self.asked_for.append(len(flow_run_filter.id.any_))
        return self.left


async def test_the_first_to_ask_looks_for_all():
    server, lookout = Server(), Lookout(every_s=60)
    with lookout.over(uuid4()), lookout.over(uuid4()):
        assert [await lookout.is_calm(server) for _ in range(3)] == [True] * 3
    assert server.asked_for == [2]


async def test_when_one_has_left_all_look_at_themselves():
    server, lookout = Server(), Lookout(every_s=60)
    server.left = 1
    with lookout.over(uuid4()):
        assert [await lookout.is_calm(server) for _ in range(2)] == [False, False]


async def test_ended_runs_are_not_looked_for():
    server, lookout = Server(), Lookout(every_s=0)
    with lookout.over(uuid4()):
        with lookout.over(uuid4()):
            await lookout.is_calm(server)
        await lookout.is_calm(server)
    assert server.asked_for == [2, 1]

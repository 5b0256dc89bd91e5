import os

pytest_plugins = [
    "fixtures.cached",
    "fixtures.clock",
    "fixtures.command",
    "fixtures.coqui_folders",
    "fixtures.dictated",
    "fixtures.interrupts",
    "fixtures.isolation",
    "fixtures.no_network",
    "fixtures.rehearsal",
    "fixtures.scheduling",
    "fixtures.servers",
    "fixtures.trees",
]

if "PYTEST_XDIST_WORKER" in os.environ:
    # What only other processes run is a hundred lines; tracing all of those made the suite a fifth slower.
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


def pytest_xdist_make_scheduler(config, log):
    """A file at a time, and tests/flows as one: Prefect's server is slow to start and never idle."""
    from xdist.scheduler import LoadFileScheduling

    class OneServer(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return "flows" if nodeid.startswith("tests/flows/") else super()._split_scope(nodeid)

    return OneServer(config, log)

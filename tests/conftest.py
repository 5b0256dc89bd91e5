pytest_plugins = [
    "fixtures.cached",
    "fixtures.command",
    "fixtures.isolation",
    "fixtures.rehearsal",
    "fixtures.scheduling",
    "fixtures.servers",
    "fixtures.trees",
]

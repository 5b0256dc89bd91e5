pytest_plugins = [
    "fixtures.cached",
    "fixtures.command",
    "fixtures.coqui_folders",
    "fixtures.isolation",
    "fixtures.rehearsal",
    "fixtures.scheduling",
    "fixtures.servers",
    "fixtures.trees",
]

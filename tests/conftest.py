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

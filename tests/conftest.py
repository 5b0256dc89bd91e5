pytest_plugins = ["fixtures.command", "fixtures.isolation", "fixtures.rehearsal", "fixtures.servers"]

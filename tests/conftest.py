pytest_plugins = ["fixtures.isolation", "fixtures.rehearsal", "fixtures.servers"]

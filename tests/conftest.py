pytest_plugins = ["fixtures.isolation", "fixtures.rehearsal"]

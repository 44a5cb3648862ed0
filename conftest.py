"""For tests of tests/ and local/ alike: what a test may cost."""
pytest_plugins = ["tests.budget"]

"""Performance figures, each re-runnable with one command; never timed tests."""

"""Running workers: local processes."""

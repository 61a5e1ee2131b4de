"""One module per process: the only wiring."""

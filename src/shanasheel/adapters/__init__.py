"""Implementations of ports, each heavy library in one named home."""

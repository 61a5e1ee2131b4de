"""Merkle tree, tiles, signed checkpoints: knows neither people nor footage."""

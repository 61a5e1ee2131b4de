"""Verifiers that need nothing of ours: one Python file, one page for a browser."""

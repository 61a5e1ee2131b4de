"""Packets into segments and gaps, and segments back into bytes."""

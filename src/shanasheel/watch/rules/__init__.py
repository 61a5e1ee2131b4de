"""Tracks into events, one small module per rule."""

"""Measured beside others: see README.md here."""

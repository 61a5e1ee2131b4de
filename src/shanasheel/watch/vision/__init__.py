"""Decode, detect, shield, tamper: the only code that sees images."""

"""Frozen records that travel on the arrows, their enums and identifiers: no I/O."""

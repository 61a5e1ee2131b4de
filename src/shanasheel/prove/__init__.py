"""The tamper-evident log and who may look."""

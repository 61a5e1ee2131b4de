"""City cameras that warn of armed attack and keep proof nobody can quietly change."""

__version__ = "0.1.0"

"""The command line, one module per command group."""

from shanasheel.cli.main import main

__all__ = ["main"]

"""Pages in Arabic and English: parse, call one action, present."""

from shanasheel.ui.mounting import mount

__all__ = ["mount"]

"""From confirmed alerts to what happened: incidents."""

from shanasheel.understand.incidents import (
    add_alert,
    close,
    name,
    note,
    open_incident,
    reopen,
    take_out,
)

__all__ = ["add_alert", "close", "name", "note", "open_incident", "reopen", "take_out"]

"""Tracks into events, one small module per rule."""

from shanasheel.watch.rules.agreement import Agreement
from shanasheel.watch.rules.camera_faults import (
    TamperFinding,
    clock_event,
    signal_event,
    stopped_event,
    tampered_event,
    view_event,
)
from shanasheel.watch.rules.clock_offset import OffsetWatch
from shanasheel.watch.rules.line_crossing import LineCrossing
from shanasheel.watch.rules.loitering import Loitering
from shanasheel.watch.rules.rule_set import RuleSet
from shanasheel.watch.rules.sounds import heard_event
from shanasheel.watch.rules.stored_tracks import OF_WEAPONS, WITHIN_SECONDS, stored_frames
from shanasheel.watch.rules.weapons import weapon_event
from shanasheel.watch.rules.zone_entry import ZoneEntry

__all__ = [
    "OF_WEAPONS",
    "WITHIN_SECONDS",
    "Agreement",
    "LineCrossing",
    "Loitering",
    "OffsetWatch",
    "RuleSet",
    "TamperFinding",
    "ZoneEntry",
    "clock_event",
    "heard_event",
    "signal_event",
    "stopped_event",
    "stored_frames",
    "tampered_event",
    "view_event",
    "weapon_event",
]

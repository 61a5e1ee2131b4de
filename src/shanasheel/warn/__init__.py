"""Events into alerts that a person decides on."""

from shanasheel.warn.merge import COUNTED_ONLY, PRIORITIES, alerts_for, raise_or_merge
from shanasheel.warn.triage import STEPS, Asks, decide, next_states

__all__ = [
    "COUNTED_ONLY",
    "PRIORITIES",
    "STEPS",
    "Asks",
    "alerts_for",
    "decide",
    "next_states",
    "raise_or_merge",
]

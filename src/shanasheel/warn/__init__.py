"""Events into alerts that a person decides on."""

from shanasheel.warn.merge import (
    COUNTED_ONLY,
    PRIORITIES,
    alerts_for,
    raise_or_merge,
    with_event,
)
from shanasheel.warn.neighbours import (
    JUDGED,
    TOGETHER,
    Surroundings,
    Verdict,
    judge,
    neighbours_of,
    priority_of,
)
from shanasheel.warn.triage import STEPS, Asks, decide, next_states

__all__ = [
    "COUNTED_ONLY",
    "JUDGED",
    "PRIORITIES",
    "STEPS",
    "TOGETHER",
    "Asks",
    "Surroundings",
    "Verdict",
    "alerts_for",
    "decide",
    "judge",
    "neighbours_of",
    "next_states",
    "priority_of",
    "raise_or_merge",
    "with_event",
]

"""Events into alerts that a person decides on."""

from shanasheel.warn.joining import AFTER, JOINS, joined
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
from shanasheel.warn.several_lost import AGAIN, LOST, several_lost
from shanasheel.warn.triage import STEPS, Asks, decide, next_states

__all__ = [
    "AFTER",
    "AGAIN",
    "COUNTED_ONLY",
    "JOINS",
    "JUDGED",
    "LOST",
    "PRIORITIES",
    "STEPS",
    "TOGETHER",
    "Asks",
    "Surroundings",
    "Verdict",
    "alerts_for",
    "decide",
    "joined",
    "judge",
    "neighbours_of",
    "next_states",
    "priority_of",
    "raise_or_merge",
    "several_lost",
    "with_event",
]

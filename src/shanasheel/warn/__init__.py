"""Events into alerts that a person decides on."""

from shanasheel.warn.addresses import CHATS, checked_address, host_of, shown_chat
from shanasheel.warn.merge import COUNTED_ONLY, PRIORITIES, alerts_for, raise_or_merge
from shanasheel.warn.messages import Told, Words, cloud_event, site_of, stands, words_of
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
    "CHATS",
    "COUNTED_ONLY",
    "JUDGED",
    "PRIORITIES",
    "STEPS",
    "TOGETHER",
    "Asks",
    "Surroundings",
    "Told",
    "Verdict",
    "Words",
    "alerts_for",
    "checked_address",
    "cloud_event",
    "decide",
    "host_of",
    "judge",
    "neighbours_of",
    "next_states",
    "priority_of",
    "raise_or_merge",
    "shown_chat",
    "site_of",
    "stands",
    "words_of",
]

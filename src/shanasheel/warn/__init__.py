"""Events into alerts that a person decides on."""

from shanasheel.warn.addresses import CHATS, checked_address, host_of, shown_chat
from shanasheel.warn.cap import cap, cap_identifier
from shanasheel.warn.merge import (
    COUNTED_ONLY,
    PRIORITIES,
    alerts_for,
    raise_or_merge,
    with_event,
)
from shanasheel.warn.messages import SITE, Told, Words, cloud_event, site_of, words_of
from shanasheel.warn.neighbours import (
    JUDGED,
    TOGETHER,
    Surroundings,
    Verdict,
    judge,
    neighbours_of,
    priority_of,
)
from shanasheel.warn.topics import (
    Publication,
    discoveries,
    forgotten,
    publication,
    status_topic,
)
from shanasheel.warn.triage import STEPS, Asks, decide, next_states

__all__ = [
    "CHATS",
    "COUNTED_ONLY",
    "JUDGED",
    "PRIORITIES",
    "SITE",
    "STEPS",
    "TOGETHER",
    "Asks",
    "Publication",
    "Surroundings",
    "Told",
    "Verdict",
    "Words",
    "alerts_for",
    "cap",
    "cap_identifier",
    "checked_address",
    "cloud_event",
    "decide",
    "discoveries",
    "forgotten",
    "host_of",
    "judge",
    "neighbours_of",
    "next_states",
    "priority_of",
    "publication",
    "raise_or_merge",
    "shown_chat",
    "site_of",
    "status_topic",
    "with_event",
    "words_of",
]

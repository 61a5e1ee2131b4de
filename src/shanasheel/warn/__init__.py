"""Events into alerts that a person decides on, and into what is done about them."""

from shanasheel.warn.addresses import CHATS, checked_address, host_of, shown_chat
from shanasheel.warn.answering import (
    assign,
    begin,
    cancellations,
    overdue,
    plan_for,
    plans_in_force,
    receive,
    settle,
    stop,
)
from shanasheel.warn.cap import cap, cap_identifier
from shanasheel.warn.default_plans import DEFAULT_PLANS
from shanasheel.warn.escalation import ask_louder, first_due
from shanasheel.warn.joining import AFTER, JOINS, joined
from shanasheel.warn.merge import COUNTED_ONLY, PRIORITIES, alerts_for
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
from shanasheel.warn.precision import NOISY_BELOW, NOISY_FROM, precision_of, wilson
from shanasheel.warn.push_note import push_note
from shanasheel.warn.reconnaissance import findings
from shanasheel.warn.several_lost import AGAIN, LOST, several_lost
from shanasheel.warn.stories import LONGEST, belongs, raise_or_merge, reaches, with_event
from shanasheel.warn.topics import (
    Publication,
    discoveries,
    forgotten,
    publications,
    status_topic,
)
from shanasheel.warn.triage import STEPS, Asks, decide, next_states
from shanasheel.warn.urgency import ATTACK, Circumstances, urgency_of

__all__ = [
    "AFTER",
    "AGAIN",
    "ATTACK",
    "CHATS",
    "COUNTED_ONLY",
    "DEFAULT_PLANS",
    "JOINS",
    "JUDGED",
    "LONGEST",
    "LOST",
    "NOISY_BELOW",
    "NOISY_FROM",
    "PRIORITIES",
    "SITE",
    "STEPS",
    "TOGETHER",
    "Asks",
    "Circumstances",
    "Publication",
    "Surroundings",
    "Told",
    "Verdict",
    "Words",
    "alerts_for",
    "ask_louder",
    "assign",
    "begin",
    "belongs",
    "cancellations",
    "cap",
    "cap_identifier",
    "checked_address",
    "cloud_event",
    "decide",
    "discoveries",
    "findings",
    "first_due",
    "forgotten",
    "host_of",
    "joined",
    "judge",
    "neighbours_of",
    "next_states",
    "overdue",
    "plan_for",
    "plans_in_force",
    "precision_of",
    "priority_of",
    "publications",
    "push_note",
    "raise_or_merge",
    "reaches",
    "receive",
    "settle",
    "several_lost",
    "shown_chat",
    "site_of",
    "status_topic",
    "stop",
    "urgency_of",
    "wilson",
    "with_event",
    "words_of",
]

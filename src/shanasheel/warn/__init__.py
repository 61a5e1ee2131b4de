"""Events into alerts that a person decides on, and into what is done about them."""

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
from shanasheel.warn.default_plans import DEFAULT_PLANS
from shanasheel.warn.escalation import ask_louder, first_due
from shanasheel.warn.joining import AFTER, JOINS, joined
from shanasheel.warn.merge import COUNTED_ONLY, PRIORITIES, alerts_for
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
from shanasheel.warn.several_lost import AGAIN, LOST, several_lost
from shanasheel.warn.stories import LONGEST, belongs, raise_or_merge, reaches, with_event
from shanasheel.warn.triage import STEPS, Asks, decide, next_states
from shanasheel.warn.urgency import ATTACK, Circumstances, urgency_of

__all__ = [
    "AFTER",
    "AGAIN",
    "ATTACK",
    "COUNTED_ONLY",
    "DEFAULT_PLANS",
    "JOINS",
    "JUDGED",
    "LONGEST",
    "LOST",
    "NOISY_BELOW",
    "NOISY_FROM",
    "PRIORITIES",
    "STEPS",
    "TOGETHER",
    "Asks",
    "Circumstances",
    "Surroundings",
    "Verdict",
    "alerts_for",
    "ask_louder",
    "assign",
    "begin",
    "belongs",
    "cancellations",
    "decide",
    "first_due",
    "joined",
    "judge",
    "neighbours_of",
    "next_states",
    "overdue",
    "plan_for",
    "plans_in_force",
    "precision_of",
    "priority_of",
    "raise_or_merge",
    "reaches",
    "receive",
    "settle",
    "several_lost",
    "stop",
    "urgency_of",
    "wilson",
    "with_event",
]

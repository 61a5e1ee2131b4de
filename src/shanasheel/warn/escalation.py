"""When an alert nobody answers asks louder, and whom it passes to: pure decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.domain.alerts import Alert, AlertState, Escalation, Priority
from shanasheel.domain.response import ResponsePlan

# Footage handed in later shows what is over: nobody is called out of bed for it.
_FRESH = timedelta(hours=1)  # guess: above any outage after which a spool is caught up at once


def first_due(alert: Alert, plan: ResponsePlan) -> datetime | None:
    """Return when a new alert asks louder; None when it never does.

    Low priority never does, nor what was seen more than an hour before it was raised.
    """
    if alert.priority is Priority.LOW or alert.raised - alert.at > _FRESH:
        return None
    return _next(alert.raised, (plan.acknowledge_s, plan.escalate_s))


def ask_louder(alert: Alert, plan: ResponsePlan, now: datetime) -> Alert:
    """Return an alert as it asks at `now`: reminded, then escalated to the plan's next role.

    Its version stays: what a person decides on has not changed.

    An answered one asks no more, nor one of low priority. After a long stop of ours the reminder
    may be passed over.
    """
    if alert.state is not AlertState.NEW or alert.priority is Priority.LOW or alert.due is None:
        return replace(alert, due=None)
    if now < alert.due:
        return alert
    passed = plan.escalate_s and now >= alert.raised + timedelta(seconds=plan.escalate_s)
    if passed:
        return replace(
            alert, due=None, escalation=Escalation.ESCALATED, escalated_to=plan.escalate_to
        )  # fmt: skip
    due = _next(alert.raised, (plan.escalate_s,))
    return replace(alert, due=due, escalation=Escalation.REMINDED)


def _next(raised: datetime, times_s: tuple[int, ...]) -> datetime | None:
    wanted = [time_s for time_s in times_s if time_s > 0]
    return raised + timedelta(seconds=min(wanted)) if wanted else None

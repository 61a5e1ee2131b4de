"""What asks louder by itself: alerts nobody answers, and steps nobody settles.

The times are rows of the database, so that they outlive any process: whoever looks next sees what
has become due meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shanasheel.actions.answering import write
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.domain.alerts import Alert, Escalation
from shanasheel.domain.response import Logged, LogLine, Response
from shanasheel.warn import ask_louder, overdue, plan_for

_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Louder:
    """What asks louder now than it did."""

    alerts: tuple[Alert, ...]
    responses: tuple[Response, ...]


def see_what_is_due(site: Site) -> Louder:
    """Remind and escalate what became due, with lines in the log and facts; up to 200 at once.

    Raises:
        Unavailable: the database cannot be written; it is done next time.
    """
    now = site.clock.now()
    with site.store.read() as rows:
        if not rows.alerts.due(now, 1) and not rows.response.due(now, 1):
            return Louder(alerts=(), responses=())
    with site.store.begin() as rows:
        return Louder(alerts=_louder(site, rows, now), responses=_overdue(site, rows, now))


def _louder(site: Site, rows: Rows, now: datetime) -> tuple[Alert, ...]:
    plans, changed = rows.response.plans(), []
    for alert in rows.alerts.due(now, _AT_ONCE):
        asks = ask_louder(alert, plan_for(alert.kind, plans), now)
        rows.alerts.save(asks)
        if asks.escalation is alert.escalation:
            continue
        raised = asks.escalation is Escalation.ESCALATED
        line = LogLine(
            id=site.ids.new(), alert=alert.id, at=now, who=asks.escalated_to,
            what=Logged.ESCALATED if raised else Logged.REMINDED,
        )  # fmt: skip
        write(rows, [line])
        changed.append(asks)
    return tuple(changed)


def _overdue(site: Site, rows: Rows, now: datetime) -> tuple[Response, ...]:
    changed = []
    for response in rows.response.due(now, _AT_ONCE):
        marked, numbers = overdue(response, now)
        rows.response.save(marked)
        late = [(number, marked.steps[number - 1]) for number in numbers]
        write(rows, [
            LogLine(id=site.ids.new(), alert=response.alert, at=now, what=Logged.STEP_OVERDUE,
                    who=step.assignee or step.role, step=number)
            for number, step in late
        ])  # fmt: skip
        changed.append(marked)
    return tuple(changed)

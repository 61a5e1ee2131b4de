"""What a person may decide on an alert: one table of states."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum

from shanasheel.base.errors import Conflict, InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Alert, AlertState, Decision

_LONGEST_REASON = 1000


class Asks(Enum):
    """What a step asks of the person."""

    NOTHING = "nothing"
    REASON = "a reason"


#: Every step there is, and what it asks. What is not here cannot be done.
STEPS: dict[tuple[AlertState, AlertState], Asks] = {
    (AlertState.NEW, AlertState.ACKNOWLEDGED): Asks.NOTHING,
    (AlertState.NEW, AlertState.CONFIRMED): Asks.NOTHING,
    (AlertState.NEW, AlertState.DISMISSED): Asks.REASON,
    (AlertState.ACKNOWLEDGED, AlertState.CONFIRMED): Asks.NOTHING,
    (AlertState.ACKNOWLEDGED, AlertState.DISMISSED): Asks.REASON,
    (AlertState.CONFIRMED, AlertState.DISMISSED): Asks.REASON,
    (AlertState.DISMISSED, AlertState.CONFIRMED): Asks.REASON,
}


def next_states(state: AlertState) -> tuple[AlertState, ...]:
    """Return the states a person may choose from here, in the table's order.

    >>> [str(state) for state in next_states(AlertState.CONFIRMED)]
    ['dismissed']
    """
    return tuple(after for before, after in STEPS if before == state)


def decide(  # noqa: PLR0913 - a decision is who, when, what, why, on which version
    alert: Alert,
    after: AlertState,
    *,
    by: str,
    at: datetime,
    reason: str,
    version: int,
    ids: IdMaker,
) -> tuple[Alert, Decision]:
    """Return the alert after a person's decision, and the decision itself.

    `version` is the one the person saw; `reason` may be empty where the step asks for none.

    Raises:
        Conflict: the alert has changed since, or this step does not lead on from its state.
        InvalidInput: a needed reason or the name is missing, or the reason is too long.
    """
    if version != alert.version:
        raise Conflict(
            f"Alert {alert.code} has changed: you saw version {version}, it is {alert.version}.",
            "Read it again, then decide.",
        )
    asks = STEPS.get((alert.state, after))
    if asks is None:
        allowed = ", ".join(next_states(alert.state))
        raise Conflict(
            f"Alert {alert.code} is {alert.state} and cannot become {after}.",
            f"From here it can become: {allowed}.",
        )
    reason = reason.strip()
    if asks is Asks.REASON and not reason:
        raise InvalidInput(
            f"Alert {alert.code} cannot go from {alert.state} to {after} without a reason.",
            "Give a reason.",
        )
    if len(reason) > _LONGEST_REASON:
        raise InvalidInput("The reason is too long.", f"Use {_LONGEST_REASON} characters at most.")
    if not by.strip():
        raise InvalidInput("A decision needs the name of who made it.", "")
    decision = Decision(
        id=ids.new(),
        alert=alert.id,
        before=alert.state,
        after=after,
        by=by.strip(),
        at=at,
        reason=reason,
    )
    return replace(alert, state=after, version=alert.version + 1), decision

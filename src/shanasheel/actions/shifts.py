"""Who is at the desk, and what one shift hands to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.errors import Conflict, InvalidInput
from shanasheel.domain.alerts import Alert, AlertState
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person
from shanasheel.domain.response import Cancellation, Response, Shift

_LONGEST_NOTE = 2000
_MOST = 200
_OPEN = (AlertState.NEW, AlertState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What the next shift must know, as of now.

    Args:
        here: who is at the desk.
        last: the newest 20 shifts, with their notes.
        open: the newest 200 undecided alerts; `open_alerts` counts all of them.
        cancellations: those that have not reached their recipients.
        running: responses that are not finished.
    """

    here: tuple[Shift, ...]
    last: tuple[Shift, ...]
    open: tuple[Alert, ...]
    open_alerts: int
    cancellations: tuple[Cancellation, ...]
    running: tuple[Response, ...]


def hand_over(site: Site) -> HandOver:
    """Return what the next shift must know."""
    with site.store.read() as rows:
        return HandOver(
            here=rows.response.here(),
            last=rows.response.shifts(20),
            open=rows.alerts.page(states=_OPEN, camera=None, before=None, limit=_MOST),
            open_alerts=rows.alerts.count(*_OPEN),
            cancellations=rows.response.cancellations(alert=None, waiting=True),
            running=rows.response.running(),
        )


def sign_on(site: Site, who: Person, note: str = "") -> Shift:
    """Record that a person is at the desk, with its fact.

    Raises:
        Conflict: they are already.
        InvalidInput: the note is longer than 2,000 characters.
    """
    note = _checked(note)
    with site.store.begin() as rows:
        if any(shift.person == who.name for shift in rows.response.here()):
            raise Conflict(f"{who.name} is at the desk already.", "Sign off first.")
        shift = Shift(id=site.ids.new(), person=who.name, start=site.clock.now(), note=note)
        rows.response.save_shift(shift)
        body = {"what": "on", "person": who.name, "note": note}
        rows.facts.add(make_fact(shift.id, FactKind.SHIFT, shift.start, body))
    return shift


def sign_off(site: Site, who: Person, note: str = "") -> Shift:
    """Record that a person leaves the desk and what was open then, with its fact.

    Raises:
        Conflict: they are not at the desk.
        InvalidInput: the note is longer than 2,000 characters.
    """
    note = _checked(note)
    with site.store.begin() as rows:
        mine = next((one for one in rows.response.here() if one.person == who.name), None)
        if mine is None:
            raise Conflict(f"{who.name} is not at the desk.", "Sign on first.")
        left = rows.alerts.page(states=_OPEN, camera=None, before=None, limit=_MOST)
        codes = tuple(alert.code for alert in left)
        now = site.clock.now()
        ended = replace(mine, end=now, end_note=note, left_open=codes)
        rows.response.save_shift(ended)
        body = {
            "what": "off", "shift": mine.id, "person": who.name, "note": note,
            "left_open": list(codes),
        }  # fmt: skip
        rows.facts.add(make_fact(site.ids.new(), FactKind.SHIFT, now, body))
    return ended


def _checked(note: str) -> str:
    note = note.strip()
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput("The note is too long.", f"Use {_LONGEST_NOTE} characters at most.")
    return note

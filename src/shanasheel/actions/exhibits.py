"""Exhibits: making one of a span of footage, which is held from then on, and finding it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.incidents import find_incident
from shanasheel.actions.keeping import order_hold
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Denied, InvalidInput, NotFound
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.facts import FactKind
from shanasheel.domain.keeping import Hold
from shanasheel.domain.people import Person, Role
from shanasheel.prove.evidence.layout import EXHIBIT

_MAY_MAKE = frozenset({Role.OPERATOR, Role.INVESTIGATOR})
_LONGEST_DAYS = 31
_MOST_CAMERAS = 100
_LISTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to produce.

    Args:
        cameras, start, end: may be left out where an incident says them.
        incident: its code; empty where there is none.
    """

    case: str
    reason: str
    cameras: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None
    incident: str = ""


def create_exhibit(site: Site, who: Person, asked: Asked) -> Exhibit:
    """Make an exhibit: its footage is held from now on, and the ledger has an entry of it.

    Raises:
        Denied: technicians and auditors make none.
        InvalidInput: case or reason is missing, the span is empty or longer than 31 days, or no
            camera is named.
        NotFound: there is no such camera or incident.
    """
    if who.role not in _MAY_MAKE:
        raise Denied("Operators and investigators make exhibits.", "Ask one of them.")
    case, reason = _words(asked.case, "a case"), _words(asked.reason, "a reason")
    cameras, start, end = _span(site, asked)
    now, identifier, hold_id = site.clock.now(), site.ids.new(), site.ids.new()
    with site.store.begin() as rows:
        known = {camera.id for camera in rows.cameras.all()}
        missing = [camera for camera in cameras if camera not in known]
        if missing:
            raise NotFound(f"There is no camera {missing[0]!r}.", "See the list of cameras.")
        exhibit = Exhibit(
            id=identifier, code=rows.exhibits.next_code(now.astimezone().year), at=now,
            by=who.name, cameras=cameras, start=start, end=end, case=case, reason=reason,
            hold=hold_id, incident=asked.incident,
        )  # fmt: skip
        order_hold(
            rows,
            Hold(
                id=hold_id, at=now, by=who.name, reason=f"exhibit {exhibit.code}",
                cameras=cameras, start=start, end=end,
            ),
        )  # fmt: skip
        body = {
            "what": EXHIBIT, "exhibit": exhibit.code, "by": who.name, "case": case,
            "reason": reason, "cameras": list(cameras), "start_us": to_us(start),
            "end_us": to_us(end), "hold": hold_id, "incident": asked.incident,
        }  # fmt: skip
        rows.facts.add(make_fact(identifier, FactKind.HOLD, now, body))
        rows.exhibits.save(exhibit)
    return exhibit


def find_exhibit(site: Site, code: str) -> Exhibit:
    """Return an exhibit by its code, `E-2026-0001`, or its id.

    Raises:
        NotFound: there is no such exhibit.
    """
    with site.store.read() as rows:
        found = rows.exhibits.one(code)
    if found is None:
        raise NotFound(f"There is no exhibit {code!r}.", "See `shanasheel evidence list`.")
    return found


def list_exhibits(site: Site, limit: int = 200) -> tuple[tuple[Exhibit, bool], ...]:
    """Return exhibits, newest first, each with whether its footage is held."""
    with site.store.read() as rows:
        held = {hold.id for hold in rows.keeping.holds(active=True)}
        found = rows.exhibits.newest(max(1, min(limit, _LISTED)))
    return tuple((one, one.hold in held) for one in found)


def _span(site: Site, asked: Asked) -> tuple[tuple[CameraId, ...], datetime, datetime]:
    cameras = tuple(CameraId(camera) for camera in dict.fromkeys(asked.cameras))
    start, end = asked.start, asked.end
    if asked.incident:
        incident = find_incident(site, asked.incident)
        cameras = cameras or incident.cameras
        start, end = start or incident.start, end or incident.end
    if start is None or end is None or not start < end:
        raise InvalidInput("The span of the exhibit is empty.", "Give `from` before `to`.")
    if (end - start).days >= _LONGEST_DAYS:
        raise InvalidInput("The span is too long.", f"Give at most {_LONGEST_DAYS} days.")
    if not 1 <= len(cameras) <= _MOST_CAMERAS:
        raise InvalidInput("An exhibit names 1 to 100 cameras.", "Name cameras.")
    return cameras, start, end


def _words(text: str, what: str) -> str:
    text = " ".join(text.split())
    if not 3 <= len(text) <= 500:
        raise InvalidInput(f"An exhibit needs {what}.", "Say it in 3 to 500 characters.")
    return text

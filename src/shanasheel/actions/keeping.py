"""Keeping footage: rules, holds, freezing. Deleting what no rule keeps is in `sweeping`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.facts import FactKind
from shanasheel.domain.keeping import Hold, KeepRule
from shanasheel.domain.people import Person, Role

_LONGEST_HOLD = timedelta(days=366 * 30)


def set_keep_rule(site: Site, rule: KeepRule) -> bool:
    """Make `rule` the site's; return whether it changed. A change leaves a fact."""
    with site.store.begin() as rows:
        if rows.keeping.rule() == rule:
            return False
        rows.keeping.set_rule(rule)
        body = {
            "what": "keep_rule",
            "days_x1000": round(rule.days * 1000),
            "alert_days_x1000": round(rule.alert_days * 1000),
            "message_days_x1000": round(rule.message_days * 1000),
            "record_days_x1000": round(rule.record_days * 1000),
            "most_mb": rule.most_bytes // 10**6 if rule.most_bytes is not None else None,
            "least_free_mb": (
                rule.least_free_bytes // 10**6 if rule.least_free_bytes is not None else None
            ),
        }
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    return True


def hold_footage(
    site: Site, who: Person, *, cameras: Sequence[str], start: datetime, end: datetime, reason: str
) -> Hold:
    """Order that footage of cameras in `[start, end)` must not expire, with its fact.

    Raises:
        InvalidInput: the span is empty, no camera is named, or no reason is given.
        NotFound: a camera is not known.
        Denied: technicians do not order holds.
    """
    _check_reason(who, reason)
    if end - start > _LONGEST_HOLD:
        raise InvalidInput("The hold is longer than 30 years.", "Give a nearer end.")
    with site.store.begin() as rows:
        known = {camera.id for camera in rows.cameras.all()}
        missing = [camera for camera in cameras if camera not in known]
        if missing:
            raise NotFound(f"There is no camera {missing[0]!r}.", "See the list of cameras.")
        hold = Hold(
            id=site.ids.new(),
            at=site.clock.now(),
            by=who.name,
            reason=reason.strip(),
            cameras=tuple(CameraId(camera) for camera in dict.fromkeys(cameras)),
            start=start,
            end=end,
        )
        order_hold(rows, hold)
    return hold


def order_hold(rows: Rows, hold: Hold) -> None:
    """Write a hold with its fact."""
    rows.keeping.save_hold(hold)
    body = {
        "what": "held",
        "by": hold.by,
        "reason": hold.reason,
        "cameras": list(hold.cameras),
        "start_us": to_us(hold.start),
        "end_us": to_us(hold.end),
    }
    rows.facts.add(make_fact(hold.id, FactKind.HOLD, hold.at, body))


def lift_hold(site: Site, rows: Rows, hold: Hold, *, by: str, reason: str) -> Hold:
    """Write that a hold is released, with its fact."""
    now = site.clock.now()
    released = replace(hold, released=now, released_by=by, release_reason=reason)
    rows.keeping.save_hold(released)
    body = {"what": "released", "hold": hold.id, "by": by, "reason": reason}
    rows.facts.add(make_fact(site.ids.new(), FactKind.HOLD, now, body))
    return released


def freeze(  # noqa: PLR0913 - where, when, who and why
    site: Site,
    who: Person,
    *,
    lat_deg: float,
    lon_deg: float,
    radius_m: float,
    start: datetime,
    end: datetime,
    reason: str,
) -> Hold:
    """Hold every camera within a distance of a place, recorded already and still to come.

    Raises:
        NotFound: no camera stands there.
        InvalidInput, Denied: as for `hold_footage`.
    """
    with site.store.read() as rows:
        near = [
            camera.id
            for camera in rows.cameras.all()
            if camera.place is not None and camera.place.distance_m(lat_deg, lon_deg) <= radius_m
        ]
    if not near:
        raise NotFound(
            f"No camera stands within {radius_m:g} m of {lat_deg}, {lon_deg}.",
            "Widen the radius, or name cameras.",
        )
    return hold_footage(site, who, cameras=near, start=start, end=end, reason=reason)


def release_hold(site: Site, who: Person, identifier: str, reason: str) -> Hold:
    """Lift a hold; its record and both facts remain.

    Raises:
        NotFound: there is no such hold.
        Conflict: it is released already.
        InvalidInput, Denied: as for `hold_footage`.
    """
    _check_reason(who, reason)
    with site.store.begin() as rows:
        hold = rows.keeping.hold(identifier)
        if hold is None:
            raise NotFound(f"There is no hold {identifier!r}.", "See the list of holds.")
        if hold.released is not None:
            raise Conflict("The hold is released already.", "Read it again.")
        return lift_hold(site, rows, hold, by=who.name, reason=reason.strip())


def list_holds(site: Site, *, active: bool = False) -> tuple[Hold, ...]:
    """Return holds, newest first."""
    with site.store.read() as rows:
        return rows.keeping.holds(active=active)


def _check_reason(who: Person, reason: str) -> None:
    if who.role is Role.TECHNICIAN:
        raise Denied("A technician does not hold or release footage.", "Ask an investigator.")
    if not 3 <= len(reason.strip()) <= 1000:
        raise InvalidInput("A hold needs a reason.", "Say why in 3 to 1,000 characters.")

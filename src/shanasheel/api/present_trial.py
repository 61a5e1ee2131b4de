"""What rules would have raised, as JSON."""

from __future__ import annotations

from shanasheel.actions.rule_trial import Found, RuleTrial
from shanasheel.base.clock import iso

_MOST_SHOWN = 100  # events, the newest

Json = dict[str, object]


def trial(found: RuleTrial) -> Json:
    """Return counts by day, the newest events with their sightings, and what was not tried."""
    days = [day.isoformat() for day in found.days]
    return {
        "camera": found.camera.id, "start": iso(found.start), "end": iso(found.end),
        "sightings": found.sightings, "cut": found.cut, "seen_s": found.seen_s, "days": days,
        "count": len(found.found),
        "counts": [
            {"kind": kind, "subject": subject, "count": sum(counts.values()),
             "days": [counts.get(day, 0) for day in found.days]}
            for (kind, subject), counts in found.counts().items()
        ],
        "found": [_event(one) for one in found.found[-_MOST_SHOWN:]][::-1],
        "too_fast": list(found.too_fast), "weapons": list(found.weapons),
    }  # fmt: skip


def _event(one: Found) -> Json:
    event, pictured = one.event, next((each for each in one.sightings if each.picture), None)
    return {
        "kind": event.kind, "subject": event.subject, "camera": event.camera,
        "at": iso(event.at), "numbers": dict(event.numbers), "detail": event.detail,
        "picture_url": None if pictured is None else f"/api/v1/sightings/{pictured.id}/picture",
    }  # fmt: skip

"""Records as the JSON that pages and other programs get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from shanasheel.actions.footage import Timeline
from shanasheel.actions.sound import played_as
from shanasheel.api import present_sounds
from shanasheel.base.clock import from_us, iso, to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Alert, Decision, Event, Part
from shanasheel.domain.cameras import Camera
from shanasheel.domain.described import Description, told
from shanasheel.domain.footage import Segment
from shanasheel.domain.keeping import Intake
from shanasheel.domain.people import Grant
from shanasheel.domain.plates import GOVERNORATES
from shanasheel.domain.seen import PlateSeen, Sighting
from shanasheel.domain.signing import CameraSignature

Json = dict[str, object]


def parse_time(text: str) -> datetime:
    """Return the aware time of ISO 8601 text or of microseconds since 1970.

    Raises:
        InvalidInput: it is neither, or has no time zone.
    """
    try:
        at = from_us(int(text)) if text.lstrip("-").isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError) as fault:
        raise InvalidInput(f"{text!r} is not a time.", "Give 2026-01-31T12:00:00Z.") from fault
    if at.tzinfo is None:
        raise InvalidInput(f"{text!r} has no time zone.", "Add Z or +03:00.")
    return at


def camera(record: Camera, status: Mapping[str, object]) -> Json:
    """Return a camera without its address, with its present status."""
    place = record.place
    return {
        "id": record.id,
        "name": record.name or record.id,
        "name_ar": record.name_ar or record.name or record.id,
        "place": None
        if place is None
        else {
            "lat_deg": place.lat_deg,
            "lon_deg": place.lon_deg,
            "heading_deg": place.heading_deg,
            "view_angle_deg": place.view_angle_deg,
        },
        "zones": [
            {
                "name": zone.name,
                "points": [list(point) for point in zone.points],
                "rules": [rule.value for rule in zone.rules],
            }
            for zone in record.zones
        ],
        "lines": [
            {"name": line.name, "start": list(line.start), "end": list(line.end)}
            for line in record.lines
        ],
        "sample": record.sample,
        "analyse": record.analyse,
        "priority": record.priority.value,
        "retired": record.retired,
        "status": dict(status),
    }


def alert(record: Alert, decisions: tuple[Decision, ...] | None = None) -> Json:
    """Return an alert, with the decisions on it where asked for."""
    body: Json = {
        "id": record.id,
        "code": record.code,
        "camera": record.camera,
        "kind": record.kind.value,
        "state": record.state.value,
        "priority": record.priority.value,
        "subject": record.subject,
        "at": iso(record.at),
        "raised": iso(record.raised),
        "last_event": iso(record.last_event),
        "events": record.events,
        "clip_start": iso(record.clip_start),
        "clip_end": iso(record.clip_end),
        "version": record.version,
        "numbers": dict(record.first_event.numbers),
        "box": record.first_event.box,
        "detail": record.first_event.detail,
        "look": record.first_event.look,
        "sightings": len(record.first_event.sightings),
        "surroundings": record.surroundings,
        "neighbours": record.neighbours,
        "neighbours_same": record.same,
        "cameras": list(record.cameras),
        "parts": [_part(part) for part in record.story],
        "confidence": round(record.first_event.confidence, 3),
        "urgency": [why.value for why in record.urgency],
        "due": None if record.due is None else iso(record.due),
        "escalation": record.escalation.value,
        "escalated_to": record.escalated_to,
        "sounds": [present_sounds.sound(one) for one in record.sounds],
        "clip_url": f"/api/v1/alerts/{record.id}/clip",
        "good_picture_url": _still_url(record.id, "good", record.first_event.good_picture),
        "picture_url": _still_url(record.id, "now", record.first_event.picture),
    }
    if decisions is not None:
        body["decisions"] = [
            {
                "id": decision.id,
                "before": decision.before.value,
                "after": decision.after.value,
                "by": decision.by,
                "at": iso(decision.at),
                "reason": decision.reason,
            }
            for decision in decisions
        ]
    return body


def _part(part: Part) -> Json:
    return {
        "camera": part.camera, "kind": part.kind.value, "subject": part.subject,
        "events": part.events, "first": iso(part.first), "last": iso(part.last),
    }  # fmt: skip


def event(record: Event) -> Json:
    """Return an event as it stands in an alert's story."""
    return {
        "id": record.id,
        "camera": record.camera,
        "kind": record.kind.value,
        "at": iso(record.at),
        "at_us": to_us(record.at),
        "subject": record.subject,
        "detail": record.detail,
        "confidence": round(record.confidence, 3),
        "numbers": dict(record.numbers),
    }


def _still_url(alert: str, which: str, path: str) -> str | None:
    return f"/api/v1/alerts/{alert}/pictures/{which}" if path else None


def _signed(found: CameraSignature | None) -> Json | None:
    """Return what the camera's own signatures say; None for one that does not sign."""
    if found is None:
        return None
    return {"state": found.state.value, "doubts": [doubt.value for doubt in found.doubts]}


def segment(record: Segment, grant: str | None) -> Json:
    """Return a segment with the address of its bytes."""
    suffix = f"?grant={grant}" if grant else ""
    # What no browser plays is offered converted without loss; the stored file stays at `media`.
    mime = played_as(record)
    file = "media" if mime == record.mime else "sound.mp4"
    return {
        "id": record.id,
        "start": iso(record.start),
        "end": iso(record.end),
        "start_us": to_us(record.start),
        "end_us": to_us(record.end),
        "mime": mime,
        "size_bytes": record.size_bytes,
        "signed": _signed(record.signed),
        "url": f"/api/v1/segments/{record.id}/{file}{suffix}",
    }


def timeline(record: Timeline) -> Json:
    """Return a timeline in microseconds."""
    return {
        "recorded": [list(span) for span in record.recorded],
        "deleted": [list(span) for span in record.deleted],
        "held": [list(span) for span in record.held],
        "gaps": [
            {
                "start_us": to_us(gap.start),
                "end_us": to_us(gap.end),
                "cause": gap.cause.value,
                "detail": gap.detail,
            }
            for gap in record.gaps
        ],
        "shed": [
            {"start_us": to_us(one.start), "end_us": to_us(one.end), "cause": one.cause.value}
            for one in record.shed
        ],
        "events": [
            {"id": event.id, "at_us": to_us(event.at), "kind": event.kind.value,
             "subject": event.subject}
            for event in record.events
        ],
        "alerts": [
            {"id": found.id, "at_us": to_us(found.at), "kind": found.kind.value,
             "state": found.state.value, "code": found.code}
            for found in record.alerts
        ],
    }  # fmt: skip


def sighting(record: Sighting) -> Json:
    """Return a sighting with the address of its shielded picture."""
    return {
        "id": record.id,
        "camera": record.camera,
        "kind": record.kind.value,
        "type": record.type,
        "start": iso(record.start),
        "end": iso(record.end),
        "start_us": to_us(record.start),
        "end_us": to_us(record.end),
        "confidence": round(record.confidence, 3),
        "path": [{"at": iso(point.at), "box": list(point.box)} for point in record.path],
        "picture_url": f"/api/v1/sightings/{record.id}/picture" if record.picture else None,
        "plate": None if record.plate is None else _plate(record.plate),
        "description": None if record.description is None else _description(record.description),
    }


def _description(seen: Description) -> Json:
    """Return words with what is said of each: a word, `unknown`, or nothing where none looked."""
    chances = {
        "type": seen.types, "colour": seen.colours, "upper": seen.upper, "lower": seen.lower,
    }  # fmt: skip
    return {
        **{name: told(found) for name, found in chances.items()},
        "chances": {name: [list(one) for one in found] for name, found in chances.items() if found},
        "windows": None if seen.windows is None else asdict(seen.windows),
        "movement": None if seen.movement is None else asdict(seen.movement),
    }


def _plate(seen: PlateSeen) -> Json:
    return {
        "state": seen.state.value,
        "text": seen.text,
        "probability": round(seen.probability, 3),
        "looks": seen.looks,
        "written": seen.written,
        "governorate": _governorate(seen.governorate),
        "format": seen.format,
    }


def _governorate(code: str) -> Json | None:
    found = next((each for each in GOVERNORATES if each.code == code), None)
    if found is None:
        return None
    return {"code": found.code, "ar": found.arabic, "en": found.english}


def grant(record: Grant) -> Json:
    """Return who may see, or saw, raw footage, and where that stands in the ledger."""
    return {
        "id": record.id,
        "person": record.person,
        "camera": record.camera,
        "purpose": record.purpose.value,
        "case": record.case,
        "issued": iso(record.issued),
        "expires": iso(record.expires),
        "entry": record.entry,
    }


def intake(record: Intake) -> Json:
    """Return who handed in what, with both clocks."""
    return {
        "id": record.id,
        "at": iso(record.at),
        "by": record.by,
        "handed_by": record.handed_by,
        "handed_at": iso(record.handed_at) if record.handed_at else None,
        "note": record.note,
        "camera": record.camera,
        "name": record.name,
        "sha256": record.sha256,
        "size_bytes": record.size_bytes,
        "stated": iso(record.stated),
        "ahead_s": record.ahead_s,
        "drift_s_day": record.drift_s_day,
        "clock_evidence": record.clock_evidence,
        "start": iso(record.start),
        "end": iso(record.end),
        "start_us": to_us(record.start),
    }

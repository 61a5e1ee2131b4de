"""Taking in what workers spooled: rows, facts and alerts in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shanasheel.actions.factmaking import event_fact, gap_fact, segment_fact, shed_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.shots import alert_of_shot
from shanasheel.actions.site import Site
from shanasheel.actions.surroundings import judge_around
from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Alert, Event, EventKind
from shanasheel.domain.cameras import LOGGED
from shanasheel.domain.footage import Gap, Segment, Shed
from shanasheel.domain.overview import Layer
from shanasheel.domain.seen import ActiveSpan, Sighting
from shanasheel.domain.wire import Spooled, from_line
from shanasheel.warn import alerts_for, raise_or_merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What one batch of spool lines changed.

    Args:
        alerts: alerts that are new or have a new event, to be shown at once.
        rejected: lines that could not be read, with the reason; they are counted, not retried.
    """

    alerts: tuple[Alert, ...]
    rejected: tuple[str, ...]


def absorb(site: Site, spool: str, lines: Sequence[bytes], cursor: str) -> Absorbed:
    """Store a batch of spool lines with their facts, and remember the cursor after them.

    Everything is one transaction and every record has an identifier, so a batch that is read
    twice after a kill changes nothing the second time.

    Raises:
        Unavailable: the database cannot be written; the spool keeps the lines.
    """
    changed: dict[str, Alert] = {}
    rejected: list[str] = []
    with site.store.begin() as rows:
        for line in lines:
            try:
                record = from_line(line)
            except InvalidInput as fault:
                rejected.append(fault.message)
                continue
            for alert in _store(site, rows, record):
                changed[alert.id] = alert
        rows.footage.set_cursor(spool, cursor)
    return Absorbed(alerts=tuple(changed.values()), rejected=tuple(rejected))


def _store(site: Site, rows: Rows, record: Spooled) -> tuple[Alert, ...]:
    """Store a record with its fact; return the alerts it raised, joined, or sheds light on."""
    match record:
        case Segment():
            if rows.footage.add_segment(record) and record.stream in LOGGED:
                rows.facts.add(segment_fact(record))
        case Gap():
            if rows.footage.add_gap(record):
                rows.facts.add(gap_fact(record))
        case Shed():
            if rows.footage.add_shed(record):
                rows.facts.add(shed_fact(record))
        case ActiveSpan():
            span = (to_us(record.start), to_us(record.end))
            rows.overview.note(record.camera, Layer.ACTIVE, span)
        case Sighting():
            rows.sightings.add(record)
        case Event():
            return _add_event(site, rows, record)
    return ()


def _add_event(site: Site, rows: Rows, event: Event) -> tuple[Alert, ...]:
    """Store an event; return the alert it raised or joined, and those it sheds light on."""
    if rows.alerts.has_event(event.id):
        return ()
    alert = _alert_of(site, rows, event, site.clock.now())
    rows.alerts.add_event(event, None if alert is None else alert.id)
    rows.facts.add(event_fact(event))
    judged = () if alert is None else judge_around(rows, alert)
    for one in judged:
        rows.alerts.save(one)
    return judged


def _alert_of(site: Site, rows: Rows, event: Event, now: datetime) -> Alert | None:
    if not alerts_for(event):
        return None
    if event.kind is EventKind.SHOT_HEARD:
        return alert_of_shot(site, rows, event, now)
    return raise_or_merge(
        event,
        rows.alerts.undecided(event.camera),
        raised=now,
        ids=site.ids,
        code=rows.alerts.next_code(),
    )

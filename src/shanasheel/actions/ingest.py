"""Taking in what workers spooled: rows, facts and alerts in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shanasheel.actions.factmaking import event_fact, gap_fact, segment_fact, shed_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.storytelling import Stories
from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Alert, Event
from shanasheel.domain.cameras import LOGGED
from shanasheel.domain.footage import Gap, Segment, Shed
from shanasheel.domain.overview import Layer
from shanasheel.domain.seen import ActiveSpan, Sighting
from shanasheel.domain.wire import Spooled, from_line
from shanasheel.warn import alerts_for


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
        stories = Stories(site, rows)
        for line in lines:
            try:
                record = from_line(line)
            except InvalidInput as fault:
                rejected.append(fault.message)
                continue
            for alert in _store(rows, stories, record):
                changed[alert.id] = alert
        stories.settle()
        rows.footage.set_cursor(spool, cursor)
    return Absorbed(alerts=tuple(changed.values()), rejected=tuple(rejected))


def _store(rows: Rows, stories: Stories, record: Spooled) -> tuple[Alert, ...]:
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
            return _add_event(rows, stories, record)
    return ()


def _add_event(rows: Rows, stories: Stories, event: Event) -> tuple[Alert, ...]:
    """Store an event; return the alert it raised or joined, and those it sheds light on."""
    if rows.alerts.has_event(event.id):
        return ()
    told = stories.take(event) if alerts_for(event) else ()
    rows.alerts.add_event(event, told[0].id if told else None)
    rows.facts.add(event_fact(event))
    return stories.judge(told[0]) if told else ()

"""Taking in what workers spooled: rows, facts and alerts in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shanasheel.actions.combining import combined_events
from shanasheel.actions.factmaking import gap_fact, heartbeat_fact, segment_fact, shed_fact
from shanasheel.actions.joining import COMPLETING, completed_by
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.storytelling import Stories
from shanasheel.actions.telling import tell_raised
from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Alert, Event
from shanasheel.domain.cameras import LOGGED
from shanasheel.domain.footage import Gap, Heartbeat, Segment, Shed
from shanasheel.domain.overview import Layer
from shanasheel.domain.seen import ActiveSpan, Sighting
from shanasheel.domain.wire import Spooled, from_line


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
    records: list[Spooled] = []
    rejected: list[str] = []
    for line in lines:
        try:
            records.append(from_line(line))
        except InvalidInput as fault:
            rejected.append(fault.message)
    with site.store.begin() as rows:
        told = _store_all(site, rows, records)
        rows.footage.set_cursor(spool, cursor)
    return Absorbed(alerts=told, rejected=tuple(rejected))


def _store_all(site: Site, rows: Rows, records: Sequence[Spooled]) -> tuple[Alert, ...]:
    """Store records with their facts; return the alerts raised, joined, or seen in a new light."""
    known = rows.alerts.known_events([one.id for one in records if isinstance(one, Event)])
    stories, fresh = Stories(site, rows), list[Event]()
    # Many at once: every camera of a worker tells of its minute together.
    rows.facts.add_all([heartbeat_fact(one) for one in records if isinstance(one, Heartbeat)])
    for record in records:
        if isinstance(record, Heartbeat):
            continue
        if not isinstance(record, Event):
            _store(rows, record)
        elif record.id not in known:
            stories.take(record)
            fresh.append(record)
            if record.kind in COMPLETING:
                stories.store()
                made = completed_by(rows, stories.area, record, site.ids)
                fresh += made
                for one in made:
                    stories.take(one)
    stories.store()
    for event in combined_events(site, rows, fresh, stories.area):
        stories.take(event)
    changed = stories.settle()
    for alert in stories.raised:
        tell_raised(site, rows, alert)
    return changed


def _store(rows: Rows, record: Segment | Gap | Shed | ActiveSpan | Sighting) -> None:
    """Store a record with its fact."""
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

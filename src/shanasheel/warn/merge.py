"""Which events call a person, and how soon by their rule alone."""

from __future__ import annotations

from collections.abc import Collection

from shanasheel.domain.alerts import TAMPERING, Event, EventKind, Priority

PRIORITIES: dict[EventKind, Priority] = {
    **dict.fromkeys(TAMPERING, Priority.HIGH),
    EventKind.RECORDING_STOPPED: Priority.HIGH,
    EventKind.SHOT_HEARD: Priority.HIGH,
    EventKind.WEAPON_SEEN: Priority.HIGH,
    EventKind.LOITERING: Priority.HIGH,
    EventKind.ZONE_ENTRY: Priority.NORMAL,
    EventKind.LINE_CROSSING: Priority.LOW,
}
#: Events that are only counted: a line on a busy road would call a person every second.
COUNTED_ONLY: frozenset[EventKind] = frozenset({EventKind.LINE_CROSSING})


def alerts_for(event: Event, *, also: Collection[EventKind] = ()) -> bool:
    """Return whether an event calls for a person.

    `also` names kinds configured to call although they are only counted by default.
    """
    return event.kind not in COUNTED_ONLY or event.kind in also

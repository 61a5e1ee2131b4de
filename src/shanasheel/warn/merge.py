"""Which events call a person, and how soon by their rule alone."""

from __future__ import annotations

from collections.abc import Collection

from shanasheel.domain.alerts import TAMPERING, Event, EventKind, Priority

PRIORITIES: dict[EventKind, Priority] = {
    **dict.fromkeys(TAMPERING, Priority.HIGH),
    EventKind.RECORDING_STOPPED: Priority.HIGH,
    EventKind.SHOT_HEARD: Priority.HIGH,
    EventKind.WEAPON_SEEN: Priority.HIGH,
    EventKind.ARMED_GROUP: Priority.HIGH,
    EventKind.DRIVE_BY: Priority.HIGH,
    EventKind.SHOT_AND_SCATTERING: Priority.HIGH,
    EventKind.CAMERAS_LOST: Priority.HIGH,
    EventKind.RECONNAISSANCE: Priority.NORMAL,  # days matter here, not seconds
    EventKind.SCATTERING: Priority.HIGH,
    EventKind.PERSON_DOWN: Priority.HIGH,
    EventKind.CONVOY: Priority.HIGH,
    EventKind.ABANDONED_OBJECT: Priority.HIGH,
    EventKind.LOITERING: Priority.HIGH,
    EventKind.CURFEW: Priority.NORMAL,
    EventKind.STOPPED_VEHICLE: Priority.NORMAL,
    EventKind.WRONG_WAY: Priority.NORMAL,
    EventKind.CROWD: Priority.NORMAL,
    EventKind.NO_PLATE: Priority.LOW,
    EventKind.DARK_WINDOWS: Priority.LOW,
    EventKind.ZONE_ENTRY: Priority.NORMAL,
    EventKind.LINE_CROSSING: Priority.LOW,
    EventKind.PEOPLE_RUN: Priority.LOW,
    EventKind.NOT_COSIGNED: Priority.HIGH,
    EventKind.NOT_SIGNED: Priority.HIGH,
    EventKind.COMBINED: Priority.LOW,  # and at least what its author gave it
}
#: Events that are only counted: a line on a busy road would call a person every second, and a few
#: who start to run mean something only after a shot.
COUNTED_ONLY: frozenset[EventKind] = frozenset({EventKind.LINE_CROSSING, EventKind.PEOPLE_RUN})


def alerts_for(event: Event, *, also: Collection[EventKind] = ()) -> bool:
    """Return whether an event calls for a person.

    `also` names kinds configured to call although they are only counted by default.
    """
    return event.kind not in COUNTED_ONLY or event.kind in also

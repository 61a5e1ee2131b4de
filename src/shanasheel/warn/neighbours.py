"""Weather, a power cut or sabotage: what a camera's neighbours say about its tampering.

Neighbours are cameras within 400 m by their positions. A change of the picture that most of them
show within a minute is weather or light, and calls less loudly. A lost signal is never called
harmless: who cuts the power of a street cuts its cameras.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shanasheel.domain.alerts import Event, EventKind, Priority
from shanasheel.domain.cameras import Camera, CameraId

NEAR_M = 400.0  # guess: one shower, one transformer
_NEAR_LAT_DEG = NEAR_M / 110_000  # a little more than 400 m: most cameras are passed over soon
TOGETHER = timedelta(seconds=60)
_SHARED = 0.5  # of the neighbours at least
_SEVERAL = 2  # other cameras of one area lost at once

#: What weather, light or rain on lenses can do to many cameras at once.
WEATHER = (
    EventKind.CAMERA_COVERED, EventKind.CAMERA_SPRAYED, EventKind.CAMERA_DEFOCUSED,
    EventKind.CAMERA_BLINDED,
)  # fmt: skip
#: Kinds that are judged by the neighbours.
JUDGED = (*WEATHER, EventKind.SIGNAL_LOST, EventKind.CAMERA_TURNED, EventKind.CAMERA_FROZEN,
          EventKind.CAMERA_LOOPED)  # fmt: skip


class Surroundings(StrEnum):
    """What the neighbours say."""

    UNKNOWN = ""  # no neighbour with a position, or nothing to judge
    ALONE = "alone"  # the neighbours are good: suspect sabotage
    SEVERAL = "several"  # several of one area at once, others good: suspect sabotage
    SHARED = "shared"  # they show it too: weather, light, or a power cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How an event looks beside the neighbours.

    Args:
        neighbours, same: cameras near, and how many of them show the same within a minute.
    """

    surroundings: Surroundings
    neighbours: int
    same: int


def neighbours_of(camera: Camera, cameras: Sequence[Camera]) -> tuple[CameraId, ...]:
    """Return the cameras near one, by their positions; none when it has no position."""
    place = camera.place
    if place is None:
        return ()
    return tuple(
        other.id
        for other in cameras
        if other.place is not None and abs(other.place.lat_deg - place.lat_deg) < _NEAR_LAT_DEG
        and other.id != camera.id and not other.retired
        and place.distance_m(other.place.lat_deg, other.place.lon_deg) <= NEAR_M
    )  # fmt: skip


def alike(event: Event, other: Event) -> bool:
    """Return whether a neighbour's event may have the same cause."""
    if abs(event.at - other.at) > TOGETHER or event.camera == other.camera:
        return False
    if event.kind in WEATHER:
        return other.kind in WEATHER
    return event.kind == other.kind


def judge(event: Event, near: Sequence[CameraId], around: Sequence[Event]) -> Verdict:
    """Return what the neighbours say of an event.

    Args:
        near: the camera's neighbours.
        around: events of theirs around that time; others are passed over.
    """
    if not near or event.kind not in JUDGED:
        return Verdict(surroundings=Surroundings.UNKNOWN, neighbours=len(near), same=0)
    same = len({other.camera for other in around if other.camera in near and alike(event, other)})
    if same >= _SHARED * len(near) and event.kind in (*WEATHER, EventKind.SIGNAL_LOST):
        said = Surroundings.SHARED
    elif same >= _SEVERAL:
        said = Surroundings.SEVERAL
    else:
        said = Surroundings.ALONE
    return Verdict(surroundings=said, neighbours=len(near), same=same)


def priority_of(kind: EventKind, surroundings: Surroundings, usual: Priority) -> Priority:
    """Return how soon a person should look, given what the neighbours say."""
    if surroundings is not Surroundings.SHARED:
        return usual
    return Priority.LOW if kind in WEATHER else Priority.NORMAL

"""What is seen in the pictures: detections in a frame, tracks over frames, finished sightings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import Description


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """How much the compressed picture changes; decides what is decoded.

    Args:
        level: robust z-score of recent packet sizes against the camera's own quiet baseline.
        active: something moves (or it is too early to know): decode at the analysis rate.
    """

    camera: CameraId
    at: datetime
    level: float
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSpan:
    """A span `[start, end)` in which something moved in a camera's view."""

    camera: CameraId
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidInput(f"Activity of {self.camera} at {self.start} ends before it starts.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """All boxes found in one frame, as parallel arrays.

    Args:
        frame_index: number of the picture in its source, from 0, in showing order.
        width_px, height_px: size of the analysed frame that boxes refer to, after rotation.
        boxes: (N, 4) float32, `x1 y1 x2 y2`, pixels of that frame, clipped to it.
        scores: (N,) float32 in [0, 1].
        kinds: (N,) int16, 1 person, 2 vehicle, 3 two-wheeler (`domain.cameras.KIND_NUMBERS`).
        labels: (N,) int16, the model's own class (COCO: 0 person, 2 car, 5 bus, 7 truck …).
        faces: (F, 4) as `boxes`, for the shield alone; None where they were to be found and could
            not be; empty also where nobody looks for them.
    """

    camera: CameraId
    at: datetime
    frame_index: int
    width_px: int
    height_px: int
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    kinds: NDArray[np.int16]
    labels: NDArray[np.int16]
    faces: NDArray[np.float32] | None = field(default_factory=lambda: np.zeros((0, 4), np.float32))

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftThing:
    """Something that came into the view, stays still, and is neither person nor vehicle.

    Args:
        number: counts from 1 in a session.
        box: ratios of the picture, `x1 y1 x2 y2`.
        since: when it was first seen uncovered where it stands.
        hidden: somebody or something covers it now.
    """

    number: int
    box: tuple[float, float, float, float]
    since: datetime
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """The confirmed tracks present in one frame, as parallel arrays.

    Args:
        ids: (N,) int32, from 1, unique and never reused within one camera's session.
        boxes, kinds, labels, scores: as in `Detections`.
    """

    camera: CameraId
    at: datetime
    frame_index: int
    width_px: int
    height_px: int
    ids: NDArray[np.int32]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    kinds: NDArray[np.int16]
    labels: NDArray[np.int16]

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """Where a track's box was at one time, as ratios of the picture, in [0, 1]."""

    at: datetime
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """What one closer look at a followed person says of a weapon.

    Args:
        track: the person's.
        log_odds: natural logarithm of how much likelier what was seen is of an armed person than
            of another; 0 says nothing.
        box: where in the picture, as ratios of it; None when there is no such place.
        picture: JPEG of the person, masked, with the place marked; empty unless suspicious.
    """

    track: int
    at: datetime
    log_odds: float
    box: tuple[float, float, float, float] | None = None
    picture: bytes = b""


class PlateState(StrEnum):
    """What may be said of a vehicle's number plate."""

    READ = "read"
    UNREADABLE = "unreadable"  # visible, but the pictures do not agree on what it says
    NONE = "none"  # sides that should show one were seen close enough, and show none
    UNKNOWN = "unknown"  # cannot tell: too far, seen from the side, too few pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSeen:
    """A vehicle's number plate over a track.

    Args:
        probability: that the state is right, for a plate read that the text is; in [0, 1], 0 when
            unknown.
        text: Latin letters and digits, only when read; Arabic ones are folded into them.
        looks: pictures looked at.
        written: the text as it stands on a plate in Arabic letters and digits.
        governorate: its code (`domain.plates`), when the plate says it.
        format: the Iraqi format the text fits; empty when none does.
    """

    state: PlateState
    probability: float
    text: str = ""
    looks: int = 0
    written: str = ""
    governorate: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a finished track says: which camera saw what kind of thing, where and when.

    Args:
        track: the track's number within its camera's session.
        start, end: first and last time the thing was seen.
        confidence: mean detection score over the track, in [0, 1].
        type: description of a vehicle (`car`, `bus`, `truck`), a two-wheeler (`bicycle`,
            `motorcycle`), `person`, or `unknown` where no type is likely enough.
        path: the track thinned to about one point a second, first and last included.
        picture: POSIX path of a shielded picture relative to the data folder; empty when none.
        plate: None when nobody looked: no vehicle, or plates are not read there.
        description: None in sightings older than descriptions.
    """

    id: str
    camera: CameraId
    kind: Kind
    track: int
    start: datetime
    end: datetime
    confidence: float
    type: str
    path: tuple[PathPoint, ...]
    picture: str = ""
    plate: PlateSeen | None = None
    description: Description | None = None

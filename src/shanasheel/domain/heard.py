"""What several cameras heard of one sound, and what that says of its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.domain.cameras import CameraId

#: Share of cases in which a stated circle, ellipse or difference holds the truth.
CONFIDENCE = 0.9


class Unplaced(StrEnum):
    """Why there is no place of a sound."""

    ALONE = "alone"  # one camera, or cameras of one place, heard it
    TWO = "two"  # two places heard it: it was on a line, where is not known
    NOWHERE = "nowhere"  # a camera that heard it has no position
    TWO_PLACES = "two_places"  # two places fit as well
    OUTSIDE = "outside"  # far outside the cameras' area: a direction at most
    WIDE = "wide"  # the clocks' error makes the circle too wide to help


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardClock:
    """How a camera's recorded time stood to other clocks when it heard something.

    Args:
        came_s: by how much its pictures came later, by our clock, than they are recorded: the
            least of the last ones. The recorded time follows the camera's and may drift from ours.
        ahead_s: the camera's own clock (RTCP) less the recorded time, the median of the last
            pictures; None when the camera tells no time.
        spread_s: standard deviation of that.
    """

    came_s: float
    ahead_s: float | None = None
    spread_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """When one camera heard a sound.

    Args:
        event: its `shot_heard`.
        at: recorded time of the peak.
        clock: None when nothing is known of its time, as in a file.
    """

    camera: CameraId
    event: str
    at: datetime
    clock: HeardClock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPlace:
    """Where a sound was (WGS 84), with what holds it in nine of ten cases.

    Args:
        at: when it began there, by our clock.
        radius_m: of the circle; `major_m`, `minor_m` are half axes of the ellipse and
            `bearing_deg` that of the major one, clockwise from north.
        misfit: root mean square of what does not fit, in deviations of the arrivals.
        checked: more places heard it than are needed, so that a wrong arrival would show.
    """

    lat_deg: float
    lon_deg: float
    at: datetime
    radius_m: float
    major_m: float
    minor_m: float
    bearing_deg: float
    misfit: float
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLine:
    """Where a sound may have been that two places heard: a curve between and beyond them.

    Args:
        nearer: the camera that it was nearer to than to the other, by `nearer_m` metres, give or
            take `error_m` in nine of ten cases; the other may be the nearer one where that is more.
        points: (latitude, longitude) along the curve.
    """

    nearer: CameraId
    nearer_m: float
    error_m: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardSound:
    """One sound: which cameras heard it, and its place, a line, or why there is neither."""

    heard: tuple[Heard, ...]
    place: SoundPlace | None = None
    line: SoundLine | None = None
    why: Unplaced | None = Unplaced.ALONE

"""The ground in a view, from how high a camera hangs, how far it looks down, and how wide."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.ground import Ground, GroundPoint

_LOWEST, _LEFT, _RIGHT = 0.98, 0.1, 0.9  # where in the picture the points are put
_FARTHEST = 8.0  # times as far as the near points, lest the far ones say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How a camera without roll or lens distortion hangs over level ground.

    Args:
        height_m: of the lens above the ground.
        tilt_deg: how far below level the middle of its picture lies; 90 is straight down.
        view_angle_deg: from the left edge of the picture to the right one.
        aspect: width of the picture by its height.
    """

    height_m: float
    tilt_deg: float
    view_angle_deg: float
    aspect: float

    def __post_init__(self) -> None:
        within = (
            0.5 <= self.height_m <= 200 and 0 < self.tilt_deg < 90
            and 5 <= self.view_angle_deg <= 150 and 0.2 <= self.aspect <= 10
        )  # fmt: skip
        if not within:
            raise InvalidInput(
                "No camera hangs like this.",
                "Give 0.5 to 200 m, above 0 and below 90 degrees down, 5 to 150 degrees wide.",
                key="pose_bad", field="pose",
            )  # fmt: skip

    def ground(self, *, ahead_deg: float | None = None) -> Ground:
        """Return the ground as four points; the origin is below the lens, `ahead` where it looks.

        Raises:
            InvalidInput: its picture shows no ground, or only such that is too far to measure.
        """
        near = self._row_m(_LOWEST)
        if near is None or near > 1000:
            raise InvalidInput(
                "A camera that looks so little down shows no ground.",
                "Give how far the middle of the picture lies below level, in degrees.",
                key="pose_sees_no_ground", field="pose",
            )  # fmt: skip
        high = 0.02
        while (far := self._row_m(high)) is None or far - near > _FARTHEST * self.height_m:
            high += 0.01
            if high > _LOWEST - 0.05:
                raise InvalidInput(
                    "A camera that looks so little down shows hardly any ground.",
                    "Mark points of the ground in the picture instead.",
                    key="pose_sees_no_ground", field="pose",
                )  # fmt: skip
        return Ground(
            points=tuple(
                GroundPoint(at=(x, y), right_m=self._right_m(x, y), ahead_m=ahead)
                for x, y, ahead in (
                    (_LEFT, _LOWEST, near), (_RIGHT, _LOWEST, near), (_RIGHT, high, far),
                    (_LEFT, high, far),
                )
            ),
            ahead_deg=ahead_deg,
        )  # fmt: skip

    def _row_m(self, y: float) -> float | None:
        """Return metres ahead of a row of the picture; None at and above the horizon."""
        below = math.radians(self.tilt_deg) + math.atan((2 * y - 1) * self._half / self.aspect)
        return self.height_m / math.tan(below) if below > 1e-6 else None

    def _right_m(self, x: float, y: float) -> float:
        tilt = math.radians(self.tilt_deg)
        down = (2 * y - 1) * self._half / self.aspect
        # Along the optical axis, of the point of the ground under this row.
        depth = self.height_m / (math.sin(tilt) + down * math.cos(tilt))
        return (2 * x - 1) * self._half * depth

    @property
    def _half(self) -> float:
        return math.tan(math.radians(self.view_angle_deg) / 2)

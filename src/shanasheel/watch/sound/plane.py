"""Places on the earth as metres on a plane, true enough for what one sound reaches."""

from __future__ import annotations

import math
from dataclasses import dataclass

_METRES_A_DEGREE = 111_195.0  # of latitude, on a sphere of 6 371 km


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A plane that touches the earth at a point.

    >>> plane = Plane(lat_deg=30.5, lon_deg=47.8)
    >>> [round(one, 5) for one in plane.degrees(*plane.metres(30.501, 47.802))]
    [30.501, 47.802]
    """

    lat_deg: float
    lon_deg: float

    @property
    def _east_m(self) -> float:
        return _METRES_A_DEGREE * math.cos(math.radians(self.lat_deg))

    def metres(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """Return metres east and north of the point."""
        return (
            (lon_deg - self.lon_deg) * self._east_m,
            (lat_deg - self.lat_deg) * _METRES_A_DEGREE,
        )

    def degrees(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return latitude and longitude, to a decimetre."""
        return (
            round(self.lat_deg + north_m / _METRES_A_DEGREE, 6),
            round(self.lon_deg + east_m / self._east_m, 6),
        )

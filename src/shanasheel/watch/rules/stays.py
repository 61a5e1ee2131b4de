"""How long each track has been in a zone, without flicker at the border."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shanasheel.domain.cameras import Zone
from shanasheel.domain.seen import Tracks
from shanasheel.watch.rules.geometry import border_distance, inside
from shanasheel.watch.rules.standing import Standing, standing_in

# Guesses, to be measured: boxes of a standing person shake by about a hundredth of the picture.
_MARGIN = 0.02  # a track is out only when this far beyond the border
_SETTLE = timedelta(seconds=0.4)
_SETTLE_FRAMES = 2
_FORGET = timedelta(seconds=5)  # longer than the tracker looks for a lost track


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One track's time in a zone so far.

    Args:
        standing: where it was when last seen.
        since: when it was first inside.
        at: when it was last seen, inside or within the margin.
        frames: pictures in which it was seen since.
    """

    standing: Standing
    since: datetime
    at: datetime
    frames: int

    @property
    def settled(self) -> bool:
        """Return whether this is more than a touch of the border."""
        return self.frames >= _SETTLE_FRAMES and self.at - self.since >= _SETTLE

    @property
    def inside_s(self) -> float:
        """Return the seconds inside so far."""
        return (self.at - self.since).total_seconds()


class Stays:
    """Keeps the stays of one zone; time that falls back forgets them all."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._stays: dict[int, Stay] = {}
        self._at: datetime | None = None

    def push(self, tracks: Tracks) -> list[Stay]:
        """Return the settled stays of the tracks seen in this frame."""
        if self._at is not None and tracks.at < self._at:
            self._stays.clear()
        self._at = tracks.at
        seen = [self._seen(each, tracks.at) for each in standing_in(tracks, self._zone.kinds)]
        self._stays = {
            track: stay for track, stay in self._stays.items() if tracks.at - stay.at <= _FORGET
        }
        return [stay for stay in seen if stay is not None and stay.settled]

    def known(self, track: int) -> bool:
        """Return whether a track's stay goes on, seen or not."""
        return track in self._stays

    def _seen(self, standing: Standing, at: datetime) -> Stay | None:
        before = self._stays.get(standing.track)
        within = inside(standing.foot, self._zone.points)
        if not within and (
            before is None
            or not before.settled
            or border_distance(standing.foot, self._zone.points) > _MARGIN
        ):
            self._stays.pop(standing.track, None)
            return None
        if before is None or at - before.at > _FORGET:
            stay = Stay(standing=standing, since=at, at=at, frames=1)
        else:
            stay = replace(before, standing=standing, at=at, frames=before.frames + 1)
        self._stays[standing.track] = stay
        return stay

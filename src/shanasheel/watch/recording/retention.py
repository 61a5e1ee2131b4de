"""Which footage may go: pure choosing, nothing is touched here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.keeping import Hold, KeepRule, Kept

NEVER_YOUNGER = timedelta(hours=1)  # room is never made by deleting what just happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the choosing goes by.

    Args:
        rule: of the site.
        own_days: of cameras that have their own.
        holds: released ones count no more.
        alerts: spans of footage that shows an alert, by camera.
    """

    rule: KeepRule
    own_days: Mapping[CameraId, float]
    holds: Sequence[Hold]
    alerts: Mapping[CameraId, Sequence[tuple[datetime, datetime]]]

    def held(self, segment: Kept) -> bool:
        """Return whether an active hold covers any of the segment."""
        return any(
            hold.released is None
            and segment.camera in hold.cameras
            and _touch((hold.start, hold.end), segment)
            for hold in self.holds
        )

    def of_alert(self, segment: Kept) -> bool:
        """Return whether the segment shows an alert."""
        return any(_touch(span, segment) for span in self.alerts.get(segment.camera, ()))

    def expired(self, segment: Kept, now: datetime) -> bool:
        """Return whether its rule no longer keeps the segment."""
        days = self.own_days.get(segment.camera, self.rule.days)
        if self.of_alert(segment):
            days = max(days, self.rule.alert_days)
        return segment.end + timedelta(days=days) <= now

    def first_cutoff(self, now: datetime) -> datetime:
        """Return the time before which anything can be expired at all."""
        days = min([self.rule.days, *self.own_days.values()])
        return now - timedelta(days=days)


def choose_expired(segments: Iterable[Kept], orders: Orders, now: datetime) -> list[Kept]:
    """Return the segments that their rules no longer keep, in the order given."""
    return [
        segment for segment in segments if orders.expired(segment, now) and not orders.held(segment)
    ]


def choose_for_room(
    segments: Iterable[Kept],
    orders: Orders,
    now: datetime,
    wanted_bytes: int,
    *,
    of_alerts: bool,
) -> list[Kept]:
    """Return as many as free `wanted_bytes`, of routine footage or of footage of alerts.

    Args:
        segments: oldest first.
    """
    chosen: list[Kept] = []
    freed = 0
    for segment in segments:
        if freed >= wanted_bytes:
            break
        if segment.end > now - NEVER_YOUNGER or orders.held(segment):
            continue
        if orders.of_alert(segment) == of_alerts:
            chosen.append(segment)
            freed += segment.size_bytes
    return chosen


def _touch(span: tuple[datetime, datetime], segment: Kept) -> bool:
    return span[0] < segment.end and segment.start < span[1]

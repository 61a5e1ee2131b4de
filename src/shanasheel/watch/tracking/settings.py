"""What a technician may change about tracking."""

from __future__ import annotations

from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """How detections become tracks.

    Args:
        people_score: score in [0, 1] from which a person starts or leads a track.
        vehicle_score: likewise for vehicles and two-wheelers, which small models score lower.
        low_score: weaker detections down to this only prolong tracks (ByteTrack's second round).
        overlap: least overlap of prediction and detection, in (0, 1).
        widening_per_s: share of its own size by which a box grows on every side for each second
            since the track was seen; makes low rates work, where nothing overlaps any more.
        confirm_hits: detections that make a track; fewer stay unsaid.
        lost_s: seconds a track is looked for after it was last seen.
        still_ratio: a track whose foot never strays further than this share of its box size has
            not moved.
    """

    people_score: float = 0.45
    vehicle_score: float = 0.35
    low_score: float = 0.2
    overlap: float = 0.2
    widening_per_s: float = 0.5
    confirm_hits: int = 3
    lost_s: float = 2.0
    still_ratio: float = 0.35

    def __post_init__(self) -> None:
        ratios = (self.people_score, self.vehicle_score, self.low_score, self.overlap)
        if not all(0 <= ratio <= 1 for ratio in ratios):
            raise InvalidInput("A tracking score or overlap is out of range.", "Give 0 to 1.")
        if self.low_score > min(self.people_score, self.vehicle_score):
            raise InvalidInput("low_score is above a leading score.", "Give a lower low_score.")
        if not (1 <= self.confirm_hits <= 30 and 0 < self.lost_s <= 60):
            raise InvalidInput(
                "confirm_hits or lost_s is out of range.", "Give 1 to 30 hits, up to 60 seconds."
            )
        if not (0 <= self.widening_per_s <= 10 and 0 <= self.still_ratio <= 10):
            raise InvalidInput(
                "widening_per_s or still_ratio is out of range.", "Give 0 to 10 box sizes."
            )

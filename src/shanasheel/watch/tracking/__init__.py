"""Detections into tracks and sightings: numbers in, numbers out."""

from shanasheel.watch.tracking.active_seconds import active_seconds
from shanasheel.watch.tracking.false_objects import FalseObjects
from shanasheel.watch.tracking.geometry import overlap
from shanasheel.watch.tracking.mot import (
    Clip,
    MotRows,
    frames_of,
    interpolate,
    read_detections,
    read_mot,
    rows_of,
    write_mot,
)
from shanasheel.watch.tracking.settings import TrackerSettings
from shanasheel.watch.tracking.sightings import sighting_of
from shanasheel.watch.tracking.simulation import Simulated, simulate
from shanasheel.watch.tracking.smoothing import smooth
from shanasheel.watch.tracking.track import FinishedTrack
from shanasheel.watch.tracking.tracker import Tracker
from shanasheel.watch.tracking.tracking_scores import (
    Sequence,
    TrackingScores,
    evaluate_tracking,
    read_sequence,
)

__all__ = [
    "Clip",
    "FalseObjects",
    "FinishedTrack",
    "MotRows",
    "Sequence",
    "Simulated",
    "Tracker",
    "TrackerSettings",
    "TrackingScores",
    "active_seconds",
    "evaluate_tracking",
    "frames_of",
    "interpolate",
    "overlap",
    "read_detections",
    "read_mot",
    "read_sequence",
    "rows_of",
    "sighting_of",
    "simulate",
    "smooth",
    "write_mot",
]

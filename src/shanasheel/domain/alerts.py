"""What machines find and people decide: events, alerts, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.heard import HeardClock, HeardSound


class EventKind(StrEnum):
    """Which rule found something."""

    ZONE_ENTRY = "zone_entry"
    LOITERING = "loitering"
    LINE_CROSSING = "line_crossing"
    CAMERA_COVERED = "camera_covered"
    CAMERA_SPRAYED = "camera_sprayed"
    CAMERA_TURNED = "camera_turned"
    CAMERA_DEFOCUSED = "camera_defocused"
    CAMERA_BLINDED = "camera_blinded"
    CAMERA_FROZEN = "camera_frozen"
    CAMERA_LOOPED = "camera_looped"
    CAMERA_TAMPERED = "camera_tampered"
    CLOCK_CHANGED = "clock_changed"
    SIGNAL_LOST = "signal_lost"
    RECORDING_STOPPED = "recording_stopped"
    SHOT_HEARD = "shot_heard"
    WEAPON_SEEN = "weapon_seen"
    COMBINED = "combined"  # several events together, by a combination


class SoundLike(StrEnum):
    """What a sound is most like; the detail of `SHOT_HEARD`."""

    SHOT = "shot"
    BLAST = "blast"


#: Findings of ours that a view was tampered with, by `watch.vision.tampering`.
VIEW_TAMPERING = (
    EventKind.CAMERA_COVERED, EventKind.CAMERA_SPRAYED, EventKind.CAMERA_TURNED,
    EventKind.CAMERA_DEFOCUSED, EventKind.CAMERA_BLINDED, EventKind.CAMERA_FROZEN,
    EventKind.CAMERA_LOOPED,
)  # fmt: skip
#: Whatever may be sabotage of a camera.
TAMPERING = (
    *VIEW_TAMPERING, EventKind.CAMERA_TAMPERED, EventKind.CLOCK_CHANGED, EventKind.SIGNAL_LOST,
)  # fmt: skip


class Tampering(StrEnum):
    """What a camera itself reports of its view; the detail of `CAMERA_TAMPERED`."""

    SCENE_CHANGE = "scene_change"
    TOO_BLURRY = "too_blurry"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    SIGNAL_LOSS = "signal_loss"
    TAMPER = "tamper"


class AlertState(StrEnum):
    """Where an alert stands in triage."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Priority(StrEnum):
    """How soon a person should look."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A rule's finding in one camera, with its evidence; machine-made.

    Args:
        at: time of the frame that completed the rule.
        start: when what led to it began.
        subject: name of the zone or line; empty for events about the camera itself.
        tracks: numbers of the tracks concerned.
        box: where, as ratios of the picture, or None.
        numbers: what the rule measured, name (with unit) and value, for the reason in words.
        detail: a plain word such as a direction (`forward`); empty when there is none.
        good_picture, picture: shielded pictures of the view, the last good one and that of the
            event, as paths relative to the data folder; empty when there is none. Of a weapon
            seen: of the person, with the place marked.
        because: ids of the events that make up a combination, oldest first.
        clock: how the camera's time stood to other clocks; of what was heard.
    """

    id: str
    camera: CameraId
    kind: EventKind
    at: datetime
    start: datetime
    subject: str = ""
    tracks: tuple[int, ...] = ()
    box: tuple[float, float, float, float] | None = None
    confidence: float = 1.0
    numbers: tuple[tuple[str, float], ...] = ()
    detail: str = ""
    good_picture: str = ""
    picture: str = ""
    because: tuple[str, ...] = ()
    clock: HeardClock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A call for a person's attention, with triage state; has one or more events.

    Args:
        code: what people say, for example `A-0031`.
        at: time of the frame that raised it (first event).
        raised: when the alert was stored.
        last_event: time of the newest event merged into it.
        clip_start, clip_end: span of footage that shows it, half-open.
        version: counts changes; a decision must name the version it was made on.
        surroundings: what the cameras near say of tampering (`warn.neighbours`); empty if nothing.
        neighbours, same: how many cameras are near, and how many of them show the same.
        sounds: what its cameras heard, sound by sound, with the place of each where it is known.
    """

    id: str
    code: str
    camera: CameraId
    kind: EventKind
    state: AlertState
    priority: Priority
    subject: str
    at: datetime
    raised: datetime
    last_event: datetime
    events: int
    clip_start: datetime
    clip_end: datetime
    first_event: Event
    version: int = 1
    surroundings: str = ""
    neighbours: int = 0
    same: int = 0
    sounds: tuple[HeardSound, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided on an alert, when, and why."""

    id: str
    alert: str
    before: AlertState
    after: AlertState
    by: str
    at: datetime
    reason: str = ""

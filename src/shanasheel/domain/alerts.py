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
    STOPPED_VEHICLE = "stopped_vehicle"
    SCATTERING = "scattering"
    PEOPLE_RUN = "people_run"  # three or more, of whom scattering asks more
    PERSON_DOWN = "person_down"
    CROWD = "crowd"
    WRONG_WAY = "wrong_way"
    DRIVE_BY = "drive_by"
    ARMED_GROUP = "armed_group"
    NO_PLATE = "no_plate"
    DARK_WINDOWS = "dark_windows"
    CONVOY = "convoy"
    CURFEW = "curfew"
    ABANDONED_OBJECT = "abandoned_object"
    SHOT_AND_SCATTERING = "shot_and_scattering"
    CAMERAS_LOST = "cameras_lost"
    RECONNAISSANCE = "reconnaissance"  # the same plate or look, or stops, on several days
    NOT_COSIGNED = "not_cosigned"  # about the log, not a camera: `camera` is empty
    NOT_SIGNED = "not_signed"  # likewise
    COMBINED = "combined"  # several events together, by a combination


#: Kinds that tell of the log and of no camera.
OF_THE_LOG = frozenset({EventKind.NOT_COSIGNED, EventKind.NOT_SIGNED})


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
    """What a camera itself tells of its view or pictures; the detail of `CAMERA_TAMPERED`."""

    SCENE_CHANGE = "scene_change"
    TOO_BLURRY = "too_blurry"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    SIGNAL_LOSS = "signal_loss"
    TAMPER = "tamper"
    SIGNATURE_BAD = "signature_bad"  # pictures are not those it signed
    SIGNATURE_OTHER = "signature_other"  # another camera's certificate than before
    SIGNATURE_GONE = "signature_gone"  # it signed its pictures, and does no more


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
        look: what came on several days: a plate, or words of a look; of `RECONNAISSANCE`.
        sightings: ids of the sightings that show it, oldest first.
        priority: given by whoever wrote the rule; None for that of the kind.
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
    look: str = ""
    sightings: tuple[str, ...] = ()
    priority: Priority | None = None
    clock: HeardClock | None = None


class Urgency(StrEnum):
    """Why an alert has its priority, beside the rule's own."""

    RULE = "rule"
    TOGETHER = "together"
    NIGHT = "night"
    IMPORTANT = "important"
    DOUBTFUL = "doubtful"
    SHARED = "shared"


class Escalation(StrEnum):
    """How loudly an alert asks for somebody, by how long nobody has answered."""

    NONE = "none"
    REMINDED = "reminded"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one rule found at one place of one camera, within an alert.

    Args:
        first, last: time of its first and newest event.
        tracks: numbers of the newest tracks concerned.
    """

    camera: CameraId
    kind: EventKind
    subject: str
    events: int
    first: datetime
    last: datetime
    tracks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A call for a person's attention, with triage state: one happening, one or more events.

    Args:
        code: what people say, for example `A-0031`.
        camera, kind, subject, first_event: of the gravest event, by which it is told; of several
            alike, of the first.
        at: time of the frame that raised it (its first event).
        raised: when the alert was stored.
        last_event: time of the newest event merged into it.
        clip_start, clip_end: span of footage that shows it, half-open.
        version: counts changes; a decision must name the version it was made on.
        surroundings: what the cameras near say of tampering (`warn.neighbours`); empty if nothing.
        neighbours, same: how many cameras are near, and how many of them show the same.
        parts: its events by camera, rule and place, oldest first; empty in alerts of before.
        urgency: why it has its priority.
        due: when it asks louder if nobody has acknowledged it; None when it never will.
        escalation, escalated_to: how loudly it asks now, and the role it has been passed to.
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
    parts: tuple[Part, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    due: datetime | None = None
    escalation: Escalation = Escalation.NONE
    escalated_to: str = ""

    @property
    def story(self) -> tuple[Part, ...]:
        """Its parts; those of an alert of before are made from what it says."""
        if self.parts:
            return self.parts
        one = Part(
            camera=self.camera, kind=self.kind, subject=self.subject, events=self.events,
            first=self.at, last=self.last_event, tracks=self.first_event.tracks,
        )  # fmt: skip
        return (one,)

    @property
    def cameras(self) -> tuple[CameraId, ...]:
        """Every camera that saw or heard it, the first one first."""
        return tuple(dict.fromkeys(part.camera for part in self.story))


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

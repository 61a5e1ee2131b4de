"""Events of what was heard: a sound like a shot or a blast, for a person to verify."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind, SoundLike
from shanasheel.domain.cameras import Camera
from shanasheel.domain.heard import HeardClock

#: Less probable impulses raise nothing. Chosen on held-out training sounds (see the model's card):
#: most of what bangs in a street is neither, which a clip of a shot cannot show.
LEAST_ARMED = 0.8
_ATTACK = timedelta(seconds=0.05)


def heard_event(
    camera: Camera,
    *,
    at: datetime,
    shot: float,
    blast: float,
    ids: IdMaker,
    clock: HeardClock | None = None,
) -> Event | None:
    """Return the event of an impulse whose peak was `at`, or None when it is too improbable.

    Args:
        shot, blast: probabilities in [0, 1] that it is one; together 1 at most.
        clock: how the camera's time stands to other clocks now.
    """
    armed = min(1.0, shot + blast)
    if armed < LEAST_ARMED:
        return None
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=EventKind.SHOT_HEARD,
        at=at,
        start=at - _ATTACK,
        confidence=round(armed, 3),
        numbers=(
            ("armed_ratio", round(armed, 3)),
            ("shot_ratio", round(shot, 3)),
            ("blast_ratio", round(blast, 3)),
        ),
        detail=(SoundLike.SHOT if shot >= blast else SoundLike.BLAST).value,
        clock=clock,
    )

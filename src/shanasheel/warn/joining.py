"""A shot heard and people who flee within seconds: one event that says both.

Either alone has other causes: fireworks, a bus that leaves. After a shot three who start to run are
enough, which alone are only counted. Sound and pictures come by different
threads, so whichever arrives last finds the other one stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind

#: People start at once and are seen to run within seconds; sound of 300 m away takes one.
BEFORE, AFTER = timedelta(seconds=2), timedelta(seconds=12)
_RAN = frozenset({EventKind.SCATTERING, EventKind.PEOPLE_RUN})
#: Anything else joins nothing.
JOINS = _RAN | {EventKind.SHOT_HEARD}


def joined(event: Event, around: Sequence[Event], ids: IdMaker) -> Event | None:
    """Return the event that a shot and people who run make, or None.

    Args:
        event: of one of `JOINS`.
        around: what is stored of the same camera around that time.
    """
    if event.kind not in JOINS:
        return None
    other_kinds = _RAN if event.kind is EventKind.SHOT_HEARD else {EventKind.SHOT_HEARD}
    pairs = [
        (event, other) if event.kind is EventKind.SHOT_HEARD else (other, event)
        for other in around
        if other.kind in other_kinds and other.camera == event.camera
    ]
    fitting = [(shot, ran) for shot, ran in pairs if -BEFORE <= ran.start - shot.at <= AFTER]
    told = [one for one in around if one.kind is EventKind.SHOT_AND_SCATTERING]
    if not fitting or any(abs(one.at - event.at) <= AFTER for one in told):
        return None
    shot, ran = max(fitting, key=lambda pair: pair[0].confidence)
    after_s = round((ran.start - shot.at).total_seconds(), 1)
    numbers = dict(ran.numbers)
    return Event(
        id=ids.new(), camera=event.camera, kind=EventKind.SHOT_AND_SCATTERING,
        at=max(shot.at, ran.at), start=min(shot.start, ran.start), tracks=ran.tracks, box=ran.box,
        confidence=shot.confidence, detail=shot.detail,
        numbers=(("armed_ratio", shot.confidence), ("running", numbers.get("running", 0.0)),
                 ("after_s", max(0.0, after_s))),
    )  # fmt: skip

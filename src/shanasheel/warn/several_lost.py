"""Several cameras of one area lost at once: a power cut, or somebody who does not want to be seen.

Three cameras within 400 m that fall silent, are turned, or show a frozen or repeated picture within
a minute make an event of their own, beside those of each. What rain and light do does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.warn.neighbours import TOGETHER

#: What counts as lost.
LOST = frozenset(
    {EventKind.SIGNAL_LOST, EventKind.CAMERA_TURNED, EventKind.CAMERA_FROZEN,
     EventKind.CAMERA_LOOPED}
)  # fmt: skip
#: An area is told once in so long.
AGAIN = timedelta(minutes=10)
_LEAST = 3


def several_lost(
    event: Event, near: Sequence[CameraId], around: Sequence[Event], ids: IdMaker
) -> Event | None:
    """Return the event of an area whose cameras are lost, which this one completes, or None.

    Args:
        near: the camera's neighbours.
        around: events of it and of them since `AGAIN` before.
    """
    if event.kind not in LOST:
        return None
    if any(one.kind is EventKind.CAMERAS_LOST and event.at - one.at <= AGAIN for one in around):
        return None
    lost = [
        one for one in (event, *around)
        if one.kind in LOST and abs(one.at - event.at) <= TOGETHER
        and (one.camera == event.camera or one.camera in near)
    ]  # fmt: skip
    cameras = {one.camera for one in lost}
    if len(cameras) < _LEAST:
        return None
    return Event(
        id=ids.new(), camera=event.camera, kind=EventKind.CAMERAS_LOST, at=event.at,
        start=min(one.start for one in lost),
        numbers=(("cameras", len(cameras)), ("neighbours", len(near))),
    )  # fmt: skip

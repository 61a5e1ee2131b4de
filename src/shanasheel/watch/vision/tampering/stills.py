"""Masked pictures of the view while it was good, for the event that it is not."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from shanasheel.watch.vision.masks import Masks
from shanasheel.watch.vision.picture import Picture
from shanasheel.watch.vision.shield import still

_EVERY = timedelta(seconds=3)
_MOST = 4  # 12 s: a cover that grows slowly must not be in the oldest
_MARGIN = timedelta(seconds=1)  # a look before tampering was noticed may show it already
_WIDTH_PX = 480


class GoodStills:
    """Keeps the last few good pictures of one camera as masked JPEGs, never the pictures."""

    def __init__(self) -> None:
        self._kept: deque[tuple[datetime, bytes]] = deque(maxlen=_MOST)

    def keep(self, picture: Picture, masks: Masks) -> None:
        """Keep a good picture now and then."""
        if not self._kept or picture.at - self._kept[-1][0] >= _EVERY:
            self._kept.append((picture.at, whole_view(picture, masks)))

    def before(self, start: datetime) -> bytes | None:
        """Return the newest good picture before a time; the oldest kept when all are later."""
        good = [jpeg for at, jpeg in self._kept if at <= start - _MARGIN]
        return good[-1] if good else (self._kept[0][1] if self._kept else None)


def whole_view(picture: Picture, masks: Masks) -> bytes:
    """Return a masked JPEG of the whole view."""
    return still(picture, masks, width=_WIDTH_PX)

"""Replayed: the camera's own key pictures come again, bit for bit, at one constant distance.

No live camera with a sensor's noise sends the same bytes twice; whoever plays back what he recorded
of its stream does. Needs no decoding, and nothing has to move. A loop that is coded anew has other
bytes: `looped` looks at its movement.
"""

from __future__ import annotations

import hashlib
from collections import deque
from datetime import datetime

from shanasheel.domain.footage import Packet

_MOST = 1_800  # key pictures remembered, 60 kB: an hour of one every 2 s
_AGAIN = 3  # in a row must come again; more only takes longer (one in 2**64 by chance)
# Different key pictures that a loop must have. One without noise, coded anew, alternates between
# two: `idr_pic_id` differs from one to the next (ITU-T H.264, 7.4.3).
_DIFFERENT = 3


class ReplayedPackets:
    """Remembers one camera's key pictures by a hash, and tells when they come again in order."""

    def __init__(self) -> None:
        self._keys: deque[tuple[datetime, bytes]] = deque(maxlen=_MOST)
        self._distance: int | None = None  # in key pictures, of those that came again
        self._count = 0

    def push(self, packet: Packet) -> float | None:
        """Take the next packet; return the loop's length in seconds while packets come again."""
        if not packet.is_key:
            return self._length_s() if self._count >= _AGAIN else None
        # The second half alone: a header that counts must not make equal pictures different.
        half = packet.payload[len(packet.payload) // 2 :]
        mark = hashlib.blake2b(half, digest_size=8).digest()
        distance = self._found(mark)
        if distance is not None and distance == self._distance:
            self._count += 1
        else:
            self._distance, self._count = distance, int(distance is not None)
        self._keys.append((packet.at, mark))
        return self._length_s() if self._count >= _AGAIN else None

    def _found(self, mark: bytes) -> int | None:
        """Return how many key pictures ago this one came; None where it is new, or says nothing.

        The same as the one right before says nothing: a frozen camera's, or one without noise.
        """
        marks = [known for _, known in reversed(self._keys)]
        if mark not in marks:
            return None
        back = marks.index(mark) + 1
        if self._distance is not None and marks[self._distance - 1 : self._distance] == [mark]:
            back = self._distance
        return back if len(set(marks[:back])) >= _DIFFERENT else None

    def _length_s(self) -> float:
        back = (self._distance or 0) + 1
        if len(self._keys) < back:
            return 0.0
        return (self._keys[-1][0] - self._keys[-back][0]).total_seconds()

"""Which of a camera's streams analysis looks at: its sub, and its main while that is away."""

from __future__ import annotations

import threading
from collections.abc import Callable

from shanasheel.domain.cameras import Camera, Stream
from shanasheel.domain.footage import Packet

Offer = Callable[[Packet | None, Camera], None]


class Feed:
    """Passes on packets of one stream at a time; a change ends the session that was looked at.

    Called by the threads of both streams. A camera with a sub begins with it: the main takes over
    when the sub is found missing, so that a start does not look at both.
    """

    def __init__(self, camera: Camera, offer: Offer) -> None:
        self.analysed = Stream.SUB if camera.sub_url else Stream.MAIN
        self._camera, self._offer = camera, offer
        self._lock = threading.Lock()

    def main(self, packet: Packet | None, camera: Camera) -> None:
        """Take the main's next packet, or None for the end of its session."""
        with self._lock:
            if self.analysed is Stream.MAIN:
                self._offer(packet, camera)

    def sub(self, packet: Packet) -> None:
        """Take the sub's next packet; a key picture brings analysis back to the sub."""
        with self._lock:
            if self.analysed is Stream.MAIN:
                if not packet.is_key:
                    return
                self._turn_to(Stream.SUB)
            self._offer(packet, self._camera)

    def sub_lost(self) -> None:
        """Let the main take over, from its next key picture on."""
        with self._lock:
            if self.analysed is Stream.SUB:
                self._turn_to(Stream.MAIN)

    def _turn_to(self, stream: Stream) -> None:
        self._offer(None, self._camera)
        self.analysed = stream

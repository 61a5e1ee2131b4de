"""A masked key picture of a shed camera now and then, so that its view does not go dark.

Nothing is judged: no tracks, no rules. Such a moment still counts as not looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import Packet
from shanasheel.watch.vision import Detector, PacketDecoder, Shield, ShieldedEncoder

_EVERY = timedelta(seconds=4)  # as a quiet camera's key pictures are looked at
_AGAIN = timedelta(milliseconds=200)  # the same picture again: players show one when the next came
_WIDTH_PX = 640


class Glimpses:
    """One shed camera's glimpses, from when it is shed until it is looked at again."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera.id
        # Nobody is followed from one glimpse to the next: whole people are masked.
        self._shield = Shield(camera.shielding, width_px=_WIDTH_PX, lone=True)
        self._encoder: ShieldedEncoder | None = None
        self._size: tuple[int, ...] = ()
        self._next: datetime | None = None

    def wants(self, packet: Packet) -> bool:
        """Return whether it is time for another, and this is a key picture; cheap."""
        return packet.is_key and (self._next is None or packet.at >= self._next)

    def look(self, packet: Packet, detector: Detector) -> list[Packet]:
        """Return a key picture with its people masked, as packets of the shielded stream.

        Raises:
            InvalidInput: there is no decoder for the codec.
        """
        self._next = packet.at + _EVERY
        decoder = PacketDecoder(packet.format)
        shown: list[Packet] = []
        for picture in (*decoder.push(packet), *decoder.flush()):
            masks = self._shield.cover(picture, detector.detect(picture))
            planes = self._shield.render(picture, masks)
            if self._encoder is None or self._size != planes.size:
                self._size, self._encoder = planes.size, ShieldedEncoder(self._camera, planes)
            shown += self._encoder.push(planes, picture.at)
            shown += self._encoder.push(planes, picture.at + _AGAIN)
        return shown

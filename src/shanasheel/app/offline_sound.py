"""Listening to the sound of a file while its pictures are analysed."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.app.listening import events_of
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import Packet
from shanasheel.watch.sound import Listener, load_classifier
from shanasheel.watch.sources import Footage


class FileListening:
    """Hears one iteration of a file's sound; its times count from the first picture.

    Attributes:
        note: why its sound cannot be heard; empty otherwise.
    """

    def __init__(self, footage: Footage, camera: Camera, ids: IdMaker, begun: datetime) -> None:
        self.note = footage.sound.note
        self._footage, self._camera, self._ids, self._begun = footage, camera, ids, begun
        self._first: int | None = None  # ticks of the first picture
        hears = footage.sound.format is not None
        self._listener = Listener(load_classifier()) if hears else None

    def follow(self, picture: Packet) -> list[Event]:
        """Hear what was read along with this packet of pictures; return what came to light."""
        if self._first is None:
            self._first = picture.dts
        return self._hear()

    def finish(self) -> list[Event]:
        """Hear the rest."""
        found = self._hear()
        if self._listener is not None:
            found += events_of(self._listener.flush(), self._camera, self._ids)
        return found

    def _hear(self) -> list[Event]:
        if self._listener is None or self._first is None:
            return []
        tick_s = self._footage.format.time_base
        found: list[Event] = []
        for one in self._footage.heard():
            offset_s = float((one.video_ticks - self._first) * tick_s)
            at = self._begun + timedelta(seconds=offset_s)
            try:
                impulses = self._listener.push(one.packet._replace(at=at))
            except InvalidInput as fault:
                self._listener, self.note = None, fault.message
                return found
            found += events_of(impulses, self._camera, self._ids)
        return found

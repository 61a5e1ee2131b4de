"""What every source of packets promises, with the one way to open it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable, without_secrets
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import Packet
from shanasheel.watch.sources.files import FileSource
from shanasheel.watch.sources.rtsp import open_rtsp
from shanasheel.watch.sources.sound import Heard, SoundTrack

_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.-]*)://")


class Source(Protocol):
    """One session with a camera: packets of one format, until it ends; its sound beside."""

    @property
    def sound(self) -> SoundTrack:
        """Return what is known of its sound."""

    def packets(self) -> Iterator[Packet]:
        """Yield packets as they arrive; call once.

        Raises:
            SourceLost: the session ended; open the source again after a back-off. After `close`
                the iterator ends without an error instead.
        """

    def heard(self) -> tuple[Heard, ...]:
        """Return the packets of sound that came since the last call; never waits."""

    def close(self) -> None:
        """End the session; may be called from another thread, and twice."""


def open_source(camera: Camera, clock: Clock) -> Source:
    """Open a session with a camera; blocks at most about 10 s.

    Raises:
        SourceLost: no session could be had now; try again after a back-off.
        NotFound: the url names a file that is not there.
        InvalidInput: the url is of a kind we do not open, or its file is no video.
    """
    scheme = _SCHEME.match(camera.url)
    if scheme and scheme[1].lower() in ("rtsp", "rtsps"):
        return open_rtsp(camera, clock)
    if scheme and scheme[1].lower() != "file":
        raise InvalidInput(
            f"Camera {camera.id}: {printable(without_secrets(camera.url))} cannot be opened.",
            "Give an rtsp:// or rtsps:// address, or the path of a video file.",
        )
    return FileSource(camera, clock)

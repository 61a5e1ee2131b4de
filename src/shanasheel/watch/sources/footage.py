"""Reads a file from end to end, as fast as it can be taken, for analysis offline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import av
from av.error import FFmpegError

from shanasheel.base.text import printable
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.sources.demuxing import FormatChanged, Session
from shanasheel.watch.sources.mending import Stamp
from shanasheel.watch.sources.opening import format_of_file, open_file
from shanasheel.watch.sources.sound import Heard, SoundTrack

#: A file that ends this much earlier than it says was cut off (guessed; audio may run longer).
_MISSING_RATIO = 0.02
_MISSING_S = 1.0


class Footage:
    """A video file: iterate to get its packets; each iteration reads it anew.

    Attributes:
        format: how it is coded.
        sound: what is heard beside; silent unless asked for.
        duration_s, frames: estimates from the header; 0 when it says nothing.
        truncated: after an iteration: the file broke off, or changed its format, before its end.
        detail: then why, in one line.
    """

    def __init__(
        self, path: Path, *, camera: CameraId, start: datetime, sound: bool = False
    ) -> None:
        self._path = path
        self._camera = camera
        self._start = start
        self.truncated = False
        self.detail = ""
        container, stream = open_file(path)
        with container:
            self.format: StreamFormat = format_of_file(path, stream)
            self.sound = SoundTrack(camera, container, wanted=sound)
            self.duration_s = _duration_s(container.duration, stream)
            rate = self.format.frame_rate or 0.0
            self.frames = max(0, stream.frames) or round(self.duration_s * rate)

    def __iter__(self) -> Iterator[Packet]:
        """Yield the packets in decoding order, `at` = start + own time since the first packet."""
        self.truncated, self.detail = False, ""
        session = Session.of(self._camera, self.format, self.sound)
        first: list[int] = []
        last_s = 0.0

        def at(stamp: Stamp) -> datetime:
            nonlocal last_s
            first.append(stamp.dts) if not first else None
            last_s = float((stamp.dts - first[0]) * self.format.time_base)
            return self._start + timedelta(seconds=last_s)

        container, stream = open_file(self._path)
        with container:
            try:
                yield from session.packets(container, stream, at=at, hear=lambda: self._start)
            except FormatChanged:
                self._break_off(f"the picture format changes after {last_s:.1f} s")
            except FFmpegError as error:
                self._break_off(f"damaged after {last_s:.1f} s: {printable(str(error.strerror))}")
        self._notice_missing_end(last_s)

    def heard(self) -> tuple[Heard, ...]:
        """Return the sound that came since the last call, while iterating; `at` is the start."""
        return self.sound.heard()

    def _notice_missing_end(self, last_s: float) -> None:
        missing_s = self.duration_s - last_s
        limit_s = max(_MISSING_S, self.duration_s * _MISSING_RATIO) + 2 / (
            self.format.frame_rate or 1.0
        )
        if not self.truncated and missing_s > limit_s:
            self._break_off(f"ends after {last_s:.1f} of {self.duration_s:.1f} s")

    def _break_off(self, detail: str) -> None:
        self.truncated, self.detail = True, detail


def read_footage(path: Path, *, camera: CameraId, start: datetime, sound: bool = False) -> Footage:
    """Open a file for analysis offline.

    Args:
        path: a video file; nothing else is ever opened, whatever the file names.
        camera: whose footage it is.
        start: the aware UTC time of its first picture.
        sound: read its sound too.

    Raises:
        NotFound: nothing is there.
        InvalidInput: it is not a video we can read; the message says why.
    """
    return Footage(path, camera=camera, start=start, sound=sound)


def _duration_s(container_us: int | None, stream: av.VideoStream) -> float:
    if stream.duration and stream.time_base and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return container_us / 1e6 if container_us and container_us > 0 else 0.0

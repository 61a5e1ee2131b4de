"""Packets of one stream into segments that survive a kill.

Invariants, each with a test:

1. A file begins with a key picture and holds whole groups of pictures, copied, never re-encoded.
2. A file only grows. Its SHA-256 is taken from the bytes as they are written, never read back.
3. Before a file's first byte, its marker `<name>.mp4.open` with the segment's id is on disk.
   It stays until the worker acknowledges the segment, after its own record of it is on disk.
4. A segment is returned only when file, folder and marker are on disk.
5. Whole fragments of at most 0.5 s reach the file as they complete: that much a kill costs.
6. Within a session a segment ends exactly where the next starts. Times are our clock at the
   session's first key picture plus the stream's own time. When the two part by more than 2 s, the
   segment ends at the next key picture and our clock counts anew.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.base.clock import Clock, to_us
from shanasheel.base.errors import Exhausted, InvalidInput
from shanasheel.base.files import sync_directory
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Packet, Segment, StreamFormat
from shanasheel.watch.recording.mime import mime_type
from shanasheel.watch.recording.muxing import FRAGMENT_S, FragmentedFile
from shanasheel.watch.recording.places import (
    Marker,
    live_path,
    marker_path,
    open_marker,
    segment_path,
    write_live,
    write_marker,
)

#: Our clock and the stream's may part this far before a segment ends (prescribed: 2 s).
_DRIFT_S = 2.0
_LEAST_PICTURE = timedelta(milliseconds=1)  # a segment of one picture still has a length


@dataclass(slots=True, kw_only=True)
class _Anchor:
    """Our time at one dts; maps the stream's time to ours for a session."""

    at: datetime
    dts: int
    form: StreamFormat

    def time_of(self, dts: int) -> datetime:
        ticks = dts - self.dts
        # Whole microseconds by integer arithmetic: floats would open holes between segments.
        base = self.form.time_base
        return self.at + timedelta(
            microseconds=ticks * 1_000_000 * base.numerator // base.denominator
        )


@dataclass(slots=True, kw_only=True)
class _Open:
    """The file being written."""

    file: FragmentedFile
    marker: Marker
    start: datetime
    first_dts: int
    frames: int = 0


class Recorder:
    """Writes one stream of one camera; push packets of one session after another.

    Between `finish` and the next `push` no file is open. Not for use by two threads.

    Args:
        data: the data folder.
        target_s: a file is cut at the first key picture after this many seconds.
        fragment_s: a fragment reaches the file after at most so many seconds.
    """

    def __init__(  # noqa: PLR0913 - what, where, and two bounds
        self,
        *,
        data: Path,
        camera: CameraId,
        stream: Stream,
        clock: Clock,
        ids: IdMaker,
        target_s: float = 10.0,
        fragment_s: float = FRAGMENT_S,
    ) -> None:
        self._data = data
        self._camera = camera
        self._stream = stream
        self._clock = clock
        self._ids = ids
        self._fragment_s = fragment_s
        self._target = timedelta(seconds=target_s)
        self._anchor: _Anchor | None = None
        self._open: _Open | None = None
        self._last: Packet | None = None
        self._leap = 0  # ticks taken out of the stream's time since the anchor
        self._last_dts = 0
        self._tick_s = 0.0

    def push(self, packet: Packet) -> tuple[Segment, ...]:
        """Write a packet; return the segments that became durable by it.

        Packets before a session's first key picture are not written. A packet of another format
        than the one before ends the session first.

        Raises:
            InvalidInput: MP4 cannot hold the codec, or the picture is damaged.
            Exhausted: the disk refused. The session is over; `recover` finds what was written.
        """
        opened, last = self._open, self._last
        if opened is not None and last is not None and packet.format is last.format:
            dts = self._smooth(packet, last)
            if not packet.is_key:  # nearly all are not: the shorter way for them
                self._write(opened, packet, dts)
                self._last, self._last_dts = packet, dts
                return ()
            done = self._cut(packet, dts)
        else:
            done = self.finish() if last is not None and packet.format is not last.format else ()
            if not packet.is_key:
                return done  # before the session's first key picture
            self._tick_s = float(packet.format.time_base)  # a fraction costs more at each packet
            dts = (
                packet.dts - self._leap if self._last is None else self._smooth(packet, self._last)
            )
            done += self._cut(packet, dts)
        if self._open is not None:
            self._write(self._open, packet, dts)
        self._last, self._last_dts = packet, dts
        return done

    def cuts_at(self, packet: Packet) -> bool:
        """Tell whether pushing this packet may open or close a file, and so wait for the disk."""
        if self._open is None or not packet.is_key:
            return packet.is_key
        return packet.at - self._open.start >= self._target - timedelta(seconds=_DRIFT_S)

    def finish(self) -> tuple[Segment, ...]:
        """End the session: close the open file and return its segment, if there is one."""
        try:
            opened, done = self._open, self._close(self._end()) if self._open is not None else ()
            if opened is not None:
                self._forget_live()
                _sync_folder(opened.file.path)
            return done
        finally:
            self._anchor, self._last, self._leap = None, None, 0

    def acknowledge(self, segment: Segment) -> None:
        """Forget a returned segment; call when its record elsewhere is durable."""
        # Not synced: a marker that comes back after a power cut is recovered under the same id.
        marker_path(self._data / segment.path).unlink(missing_ok=True)

    def _smooth(self, packet: Packet, last: Packet) -> int:
        """Return the packet's dts without leaps that our own clock did not see."""
        dts = packet.dts - self._leap
        # Arrival is asked only of a great step: without one, the two cannot part.
        if (dts - self._last_dts) * self._tick_s > _DRIFT_S:
            seen_s = max(0.0, (packet.at - last.at).total_seconds())
            if (dts - self._last_dts) * self._tick_s - seen_s > _DRIFT_S:
                dts = self._last_dts + max(1, int(seen_s / self._tick_s))
                self._leap = packet.dts - dts
        # A leap taken back must not send time backwards, whatever the source does.
        return max(dts, self._last_dts + 1)

    def _cut(self, packet: Packet, dts: int) -> tuple[Segment, ...]:
        """At a key picture: end the open file if it is due, and begin one if none is open."""
        done: tuple[Segment, ...] = ()
        anchor = self._anchor
        drifted = (
            anchor is not None and abs((packet.at - anchor.time_of(dts)).total_seconds()) > _DRIFT_S
        )
        before = self._open
        if anchor is not None and before is not None:
            start = anchor.time_of(dts)
            if drifted or start - before.start >= self._target:
                done = self._close(max(start, before.start + _LEAST_PICTURE))
        if self._open is None:
            if anchor is None or drifted:
                anchor = self._anchor = _Anchor(at=packet.at, dts=dts, form=packet.format)
            begun = self._begin(packet.format, anchor.time_of(dts), dts)
            # One sync of the folder serves the file that ended and the one that begins.
            if before is not None and before.file.path.parent != begun.file.path.parent:
                _sync_folder(before.file.path)
        return done

    def _begin(self, form: StreamFormat, start: datetime, dts: int) -> _Open:
        file = self._data / segment_path(self._camera, self._stream, start)
        while file.exists() or marker_path(file).exists():  # our clock was set back
            start += timedelta(microseconds=1)
            file = self._data / segment_path(self._camera, self._stream, start)
        size = (form.width_px, form.height_px)
        marker = open_marker(
            self._ids.new(),
            start,
            codec=form.codec,
            mime=mime_type(form.codec, form.extradata),
            size=size,
        )
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_marker(file, marker)
            opened = FragmentedFile(file, form, fragment_s=self._fragment_s)
            write_live(self._data, self._camera, self._stream, file=file, marker=marker)
        except InvalidInput:
            marker_path(file).unlink(missing_ok=True)
            self._forget_live()
            raise
        except OSError as error:
            self._forget_live()
            raise _disk(file, error) from error
        self._open = _Open(file=opened, marker=marker, start=start, first_dts=dts)
        return self._open

    def _write(self, opened: _Open, packet: Packet, dts: int) -> None:
        shown = max(0, packet.pts - packet.dts)
        at = dts - opened.first_dts
        try:
            opened.file.add(
                packet.payload,
                pts=at + shown,
                dts=at,
                duration=packet.duration,
                is_key=packet.is_key,
            )
        except (InvalidInput, Exhausted):
            self._abandon()
            raise
        opened.frames += 1

    def _end(self) -> datetime:
        """Return when the last picture ends: its duration, else as long as the mean so far."""
        opened, last, anchor = self._open, self._last, self._anchor
        if opened is None or last is None or anchor is None:
            return self._clock.now()
        mean = (self._last_dts - opened.first_dts) // max(1, opened.frames - 1)
        rate = last.format.frame_rate or 25.0
        ticks = last.duration or mean or round(1 / (rate * float(last.format.time_base)))
        return max(anchor.time_of(self._last_dts + ticks), opened.start + _LEAST_PICTURE)

    def _close(self, end: datetime) -> tuple[Segment, ...]:
        """End the file. Its name and its marker's are durable when their folder is synced."""
        opened = self._open
        if opened is None:
            return ()
        file = opened.file.path
        try:
            opened.file.close()
            marker = replace(
                opened.marker,
                end_us=to_us(end),
                sha256=opened.file.sha256,
                size_bytes=opened.file.size_bytes,
                frames=opened.frames,
            )
            write_marker(file, marker, named=False)
        except (InvalidInput, Exhausted):
            self._abandon()
            raise
        except OSError as error:
            self._abandon()
            raise _disk(file, error) from error
        self._open = None
        path = file.relative_to(self._data).as_posix()
        return (marker.segment(self._camera, self._stream, path),)

    def _abandon(self) -> None:
        """Leave file and marker as they are, for `recover`, and end the session."""
        if self._open is not None:
            self._open.file.abandon()
        self._open, self._anchor, self._last, self._leap = None, None, None, 0
        self._forget_live()

    def _forget_live(self) -> None:
        with contextlib.suppress(OSError):  # a stale pointer misleads nobody for long
            live_path(self._data, self._camera, self._stream).unlink(missing_ok=True)


def _sync_folder(file: Path) -> None:
    try:
        sync_directory(file.parent)
    except OSError as error:
        raise _disk(file, error) from error


def _disk(file: Path, error: OSError) -> Exhausted:
    return Exhausted(
        f"{file.name} cannot be written: {error.strerror}.", "Free space on the data disk."
    )

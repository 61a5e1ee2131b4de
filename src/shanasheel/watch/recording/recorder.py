"""Packets of one stream into segments that survive a kill.

Invariants, each with a test:

1. A file begins with a key picture and holds whole groups of pictures, copied, never re-encoded.
2. A file only grows. Its SHA-256 is taken from the bytes as they are written, never read back.
3. Before a file's first byte, its marker `<name>.mp4.open` with the segment's id is on disk.
   It stays until the worker acknowledges the segment, after its own record of it is on disk.
4. A segment is returned only when file, folder and marker are on disk. What a refusing disk left
   open is returned later, recovered, when its volume can be written again.
5. Whole fragments of at most 0.5 s reach the file as they complete: that much a kill costs.
6. Within a session a segment ends exactly where the next starts. Times are our clock at the
   session's first key picture plus the stream's own time. When the two part by more than 2 s, the
   segment ends at the next key picture, not after the time that then counts anew, and our clock
   counts anew.

Sound is written likewise: every packet of it counts as a key picture.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.base.clock import Clock, to_us
from shanasheel.base.errors import Exhausted, InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Packet, Segment, StreamFormat
from shanasheel.domain.gops import gops_of
from shanasheel.watch.recording.groups import WrittenGroups
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
from shanasheel.watch.recording.recovery import recover, whole_until
from shanasheel.watch.recording.shelf import Shelf
from shanasheel.watch.recording.volumes import Volume, volume_of

#: Our clock and the stream's may part this far before a segment ends (prescribed: 2 s).
DRIFT_S = 2.0
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
    volume: Volume
    marker: Marker
    start: datetime
    first_dts: int
    groups: WrittenGroups | None
    frames: int = 0


class Recorder:
    """Writes one stream of one camera; push packets of one session after another.

    Between `finish` and the next `push` no file is open. Not for use by two threads.

    Args:
        data: the data folder.
        shelf: where files go; the data folder alone by default.
        target_s: a file is cut at the first key picture after this many seconds.
        fragment_s: a fragment reaches the file after at most so many seconds.
        drift_s: our clock and the stream's may part this far before a segment ends.
    """

    def __init__(  # noqa: PLR0913 - what, where, and three bounds
        self,
        *,
        data: Path,
        camera: CameraId,
        stream: Stream,
        clock: Clock,
        ids: IdMaker,
        shelf: Shelf | None = None,
        target_s: float = 10.0,
        fragment_s: float = FRAGMENT_S,
        drift_s: float = DRIFT_S,
    ) -> None:
        self._data = data
        self._shelf = shelf or Shelf.of_data(data, clock)
        self._owed: dict[Volume, list[Path] | None] = {
            volume: None for volume in self._shelf.volumes if not self._shelf.usable(volume)
        }
        self._camera = camera
        self._stream = stream
        self._clock = clock
        self._ids = ids
        self._fragment_s = fragment_s
        self._drift_s = drift_s
        self._target = timedelta(seconds=target_s)
        self._anchor: _Anchor | None = None
        self._open: _Open | None = None
        self._ready: list[Segment] = []  # durable, not handed out yet
        self._last: Packet | None = None
        self.broke_off: datetime | None = None  # end of what a refusing disk took, if it is known
        self._leap = 0  # ticks taken out of the stream's time since the anchor
        self._last_dts = 0
        self._tick_s = 0.0

    def push(self, packet: Packet) -> tuple[Segment, ...]:
        """Write a packet; return the segments that became durable by it.

        Packets before a session's first key picture are not written. A packet of another format
        than the one before ends the session first.

        Raises:
            InvalidInput: MP4 cannot hold the codec, or the picture is damaged.
            NoVolume: no volume takes a new file now.
            Exhausted: the disk refused in the midst of a file. Push on: the next key picture begins
                one on another volume; what was written is returned when it can be recovered.
        """
        opened, last = self._open, self._last
        same = last is not None and packet.format is last.format
        if opened is not None and last is not None and same and not packet.is_key:
            # Nearly all packets go this shorter way.
            dts = self._smooth(packet, last)
            self._write(opened, packet, dts)
            self._last, self._last_dts = packet, dts
        elif packet.is_key or not same:
            self._push_key(packet, last if same else None)
        return self._hand_out() if self._ready else ()

    def _push_key(self, packet: Packet, last: Packet | None) -> None:
        """Take a key picture, or a packet of another format, which ends the session before it."""
        if last is None and self._last is not None:
            self._end_session()
        if not packet.is_key:
            return
        if last is None:
            self._tick_s = float(packet.format.time_base)  # a fraction costs more at each packet
            dts = packet.dts - self._leap
        else:
            dts = self._smooth(packet, last)
        self._cut(packet, dts)
        if self._open is not None:
            self._write(self._open, packet, dts)
        self._last, self._last_dts = packet, dts

    def cuts_at(self, packet: Packet) -> bool:
        """Tell whether pushing this packet may open or close a file, and so wait for the disk."""
        if self._open is None or not packet.is_key:
            return packet.is_key
        return packet.at - self._open.start >= self._target - timedelta(seconds=DRIFT_S)

    def finish(self) -> tuple[Segment, ...]:
        """End the session: close the open file and return its segment, if there is one."""
        self._end_session()
        return self._hand_out()

    def _end_session(self) -> None:
        try:
            self._close(self._end())
        finally:
            self._anchor, self._last, self._leap = None, None, 0
            self._forget_live()

    def _hand_out(self) -> tuple[Segment, ...]:
        """Return what is durable, also by an earlier call that ended in an error."""
        done, self._ready = tuple(self._ready), []
        return done

    def time_of(self, ticks: int) -> datetime | None:
        """Return our time at a time of the stream; None before the session's first key picture.

        Args:
            ticks: as `Packet.pts` of the packet that was pushed last, or near it.
        """
        return None if self._anchor is None else self._anchor.time_of(ticks - self._leap)

    def acknowledge(self, segment: Segment) -> None:
        """Forget a returned segment; call when its record elsewhere is durable."""
        # Not synced: a marker that comes back after a power cut is recovered under the same id.
        volume = volume_of(segment.path, self._shelf.volumes)
        with contextlib.suppress(OSError):
            file = volume.root / segment.path.removeprefix(volume.prefix)
            marker_path(file).unlink(missing_ok=True)

    def owe(self, volume: Volume, left: Sequence[Path] | None = None) -> None:
        """Note what must be recovered on a volume before it is written again.

        Args:
            left: markers that are known; None when nobody has looked there yet.
        """
        known = self._owed.get(volume, [])
        self._owed[volume] = None if left is None or known is None else [*known, *left]

    def _smooth(self, packet: Packet, last: Packet) -> int:
        """Return the packet's dts without leaps that our own clock did not see."""
        dts = packet.dts - self._leap
        # Arrival is asked only of a great step: without one, the two cannot part.
        if (dts - self._last_dts) * self._tick_s > DRIFT_S:
            seen_s = max(0.0, (packet.at - last.at).total_seconds())
            if (dts - self._last_dts) * self._tick_s - seen_s > DRIFT_S:
                dts = self._last_dts + max(1, int(seen_s / self._tick_s))
                self._leap = packet.dts - dts
        # A leap taken back must not send time backwards, whatever the source does.
        return max(dts, self._last_dts + 1)

    def _cut(self, packet: Packet, dts: int) -> None:
        """At a key picture: end the open file if it is due, and begin one if none is open."""
        if self._open is None and self._owed:
            self._settle()
        anchor = self._anchor
        drifted = (
            anchor is not None
            and abs((packet.at - anchor.time_of(dts)).total_seconds()) > self._drift_s
        )
        if anchor is not None and self._open is not None:
            start = anchor.time_of(dts)
            if drifted or start - self._open.start >= self._target:
                end = max(start, self._open.start + _LEAST_PICTURE)
                if drifted and self._open.start + _LEAST_PICTURE <= packet.at < end:
                    end = packet.at  # our clock was set back a little: what follows begins there
                self._close(end)
        if self._open is None:
            if anchor is None or drifted:
                anchor = self._anchor = _Anchor(at=packet.at, dts=dts, form=packet.format)
            self._begin(packet.format, anchor.time_of(dts), dts)

    def _settle(self) -> None:
        """Recover what was left open on volumes that can be written again."""
        for volume, left in list(self._owed.items()):
            if not self._shelf.usable(volume):
                continue
            del self._owed[volume]
            found = recover(
                self._data, self._camera, self._stream, self._clock, self._ids,
                volume=volume, only=left,
            )  # fmt: skip
            if found.refused:
                self.owe(volume, found.refused)
            self._ready += found.segments

    def _begin(self, form: StreamFormat, start: datetime, dts: int) -> None:
        while self._open is None:
            try:
                volume = self._shelf.choose()
            except Exhausted:
                self._forget_live()
                raise
            try:
                self._open = self._create(volume, form, start, dts)
            except InvalidInput:
                self._forget_live()
                raise
            except OSError as error:
                self._shelf.failed(volume, error.strerror or str(error))
        self.broke_off = None
        with contextlib.suppress(OSError):
            if not self._shelf.home_is_there():
                return  # its folders are not made anew on the disk below
            path = self._open.volume.path_of(self._open.file.path)
            write_live(self._data, self._camera, self._stream, path=path, marker=self._open.marker)

    def _create(self, volume: Volume, form: StreamFormat, start: datetime, dts: int) -> _Open:
        """Begin a file on a volume; nothing stays of it when the volume refuses.

        Raises:
            OSError: it refuses, or is not there.
            InvalidInput: MP4 cannot hold the codec.
        """
        if not volume.says_who_it_is():
            raise FileNotFoundError(errno.ENOENT, "not mounted")
        file = volume.root / segment_path(self._camera, self._stream, start)
        while file.exists() or marker_path(file).exists():  # our clock was set back
            start += timedelta(microseconds=1)
            file = volume.root / segment_path(self._camera, self._stream, start)
        marker = open_marker(
            self._ids.new(),
            start,
            codec=form.codec,
            mime=mime_type(form.codec, form.extradata),
            size=(form.width_px, form.height_px),
        )
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_marker(file, marker)
            groups = WrittenGroups.of(form) if self._stream is Stream.MAIN else None
            opened = FragmentedFile(file, form, fragment_s=self._fragment_s, groups=groups)
        except (InvalidInput, OSError):
            with contextlib.suppress(OSError):
                marker_path(file).unlink(missing_ok=True)
            raise
        return _Open(
            file=opened, volume=volume, marker=marker, start=start, first_dts=dts, groups=groups
        )

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
        except (InvalidInput, Exhausted) as refused:
            self._abandon(refused)
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

    def _close(self, end: datetime) -> None:
        opened = self._open
        if opened is None:
            return
        file = opened.file.path
        try:
            opened.file.close()
            gops = gops_of(opened.groups.leaves()) if opened.groups else None
            marker = replace(
                opened.marker,
                gops_count=gops.count if gops else 0,
                gops_root=gops.root if gops else "",
                end_us=to_us(end),
                sha256=opened.file.sha256,
                size_bytes=opened.file.size_bytes,
                frames=opened.frames,
            )
            write_marker(file, marker)  # syncs the folder: the file's own name is durable too
        except (InvalidInput, Exhausted) as refused:
            self._abandon(refused)
            raise
        except OSError as error:
            self._abandon(error)
            raise _disk(file, error) from error
        self._open = None
        self._shelf.wrote(opened.volume)
        path = opened.volume.path_of(file)
        self._ready.append(marker.segment(self._camera, self._stream, path))

    def _abandon(self, refused: Exception) -> None:
        """Leave file and marker as they are, to be recovered, and end the session."""
        opened = self._open
        if opened is not None:
            opened.file.abandon()
            self.broke_off = whole_until(opened.file.path, opened.start)
            self.owe(opened.volume, [marker_path(opened.file.path)])
            if isinstance(refused, OSError):
                self._shelf.failed(opened.volume, str(refused))
        self._open, self._anchor, self._last, self._leap = None, None, None, 0
        self._forget_live()

    def _forget_live(self) -> None:
        with contextlib.suppress(OSError):  # a stale pointer misleads nobody for long
            live_path(self._data, self._camera, self._stream).unlink(missing_ok=True)


def _disk(file: Path, error: OSError) -> Exhausted:
    return Exhausted(
        f"{file.name} cannot be written: {error.strerror}.", "Free space on the data disk."
    )

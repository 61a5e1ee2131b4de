"""Cuts a span out of stored segments, by stream copy."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import av
from av.error import FFmpegError
from av.stream import Stream as AnyStream

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.domain.footage import StreamFormat
from shanasheel.watch.recording.muxing import FragmentedFile

AnyTrack = av.VideoStream | av.AudioStream


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSpan:
    """What a clip really holds: whole groups of pictures, so it may reach beyond the wish.

    Args:
        frames: pictures inside.
        complete: False when it ends early because the picture format changed.
        heard: packets of sound beside the pictures.
    """

    start: datetime
    end: datetime
    frames: int
    complete: bool
    heard: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """A coded picture with its place on our time line."""

    at: datetime
    end: datetime
    shown_after_us: int
    is_key: bool
    payload: bytes
    form: StreamFormat


def write_clip(
    out: Path,
    files: Sequence[tuple[Path, datetime]],
    start: datetime,
    end: datetime,
    *,
    sound: Sequence[tuple[Path, datetime]] = (),
) -> ClipSpan:
    """Write the groups of pictures that touch `[start, end)` into one fragmented MP4.

    Sound alone may be cut likewise: each of its packets counts as a group.

    A hole between two files stays a hole: the last picture before it stands still.

    Args:
        out: a new file; its folder must exist.
        files: segments of one stream with the start of each, in order.
        start: the wished start, aware.
        end: the wished end, aware, after `start`.
        sound: segments of sound to be laid beside the pictures, AAC alone, in order; it begins and
            ends with the pictures. Where its format changes the rest is silent.

    Raises:
        InvalidInput: the span is empty, or a file is damaged.
        NotFound: a file is missing, or none has footage in the span.
        Exhausted: the disk refused.
        FileExistsError: `out` is taken.
    """
    if end <= start:
        raise InvalidInput("The clip ends before it starts.", "Give an end after the start.")
    writing: FragmentedFile | None = None
    first: _Picture | None = None
    last: _Picture | None = None
    begin: datetime | None = None
    until: datetime | None = None
    frames, complete, moved = 0, True, timedelta()
    beside = _Beside(sound)
    try:
        for picture in _wanted(files, start, end):
            if first is None:
                first = picture
                writing = FragmentedFile(out, picture.form, sound=beside.form)
                beside.begin(picture.at)
            elif not _same(picture.form, first.form):
                complete = False
                break
            begin, until = min(begin or picture.at, picture.at), max(until or first.at, picture.end)
            if last is not None and picture.at + moved < last.at:
                moved = last.end - picture.at  # our clock was set back: what follows, follows
            picture = replace(picture, at=picture.at + moved, end=picture.end + moved)
            if writing is not None:
                beside.add_until(picture.at, writing)
                _add(writing, picture, first, last)
            last, frames = picture, frames + 1
        if writing is None or last is None or begin is None or until is None:
            raise NotFound("There is no footage in this span.", "Look at the camera's gaps.")
        beside.add_until(last.end, writing)
        writing.close()
    except BaseException:
        if writing is not None:
            writing.abandon()
            out.unlink(missing_ok=True)
        raise
    return ClipSpan(start=begin, end=until, frames=frames, complete=complete, heard=beside.added)


class _Beside:
    """Sound on its way beside the pictures, in order of time."""

    def __init__(self, files: Sequence[tuple[Path, datetime]]) -> None:
        self._waiting = (piece for path, began in files for piece in _pictures(path, began))
        self._next = next(self._waiting, None)
        self.form = self._next.form if self._next is not None else None
        self.added = 0
        self._begun: datetime | None = None
        self._after = 0

    def begin(self, at: datetime) -> None:
        """Set where the clip begins; sound before is passed over."""
        self._begun = at
        while self._next is not None and self._next.at < at:
            self._step()

    def add_until(self, end: datetime, writing: FragmentedFile) -> None:
        """Write what begins before a time."""
        while self._next is not None and self._next.at < end:
            if self.form is None or self._begun is None:
                return
            base = self.form.time_base
            ticks = max(self._after, round((self._next.at - self._begun).total_seconds() / base))
            length = max(1, round((self._next.end - self._next.at).total_seconds() / base))
            writing.add_sound(self._next.payload, pts=ticks, duration=length)
            self.added, self._after = self.added + 1, ticks + 1
            self._step()

    def _step(self) -> None:
        self._next = next(self._waiting, None)
        if self._next is not None and self.form is not None:
            self._next = self._next if _same(self._next.form, self.form) else None


def _wanted(
    files: Sequence[tuple[Path, datetime]], start: datetime, end: datetime
) -> Iterator[_Picture]:
    """Yield whole groups of pictures that overlap `[start, end)`."""
    group: list[_Picture] = []
    for path, began in files:
        for picture in _pictures(path, began):
            if picture.is_key:
                if group and group[-1].end > start:
                    yield from group
                group = []
                if picture.at >= end:
                    break  # the next file may be earlier: our clock was set back between them
            if group or picture.is_key:
                group.append(picture)
    if group and group[-1].end > start:
        yield from group


def _pictures(path: Path, began: datetime) -> Iterator[_Picture]:
    if not path.is_file():
        raise NotFound(f"The footage {printable(path.name)} is missing.", "It may have expired.")
    try:
        container = av.open(
            f"file:{path.resolve()}", format="mp4", options={"protocol_whitelist": "file"}
        )
        with container:
            tracks: list[AnyTrack] = [*container.streams.video, *container.streams.audio]
            stream = tracks[0]
            form = _form_of(stream)
            for packet in container.demux(stream):
                if packet.size and packet.dts is not None:
                    yield _picture(packet, began, form)
    except (FFmpegError, IndexError) as error:
        raise InvalidInput(
            f"The footage {printable(path.name)} cannot be read.", "Verify it against its hash."
        ) from error


def _picture(packet: av.Packet[AnyStream], began: datetime, form: StreamFormat) -> _Picture:
    dts = packet.dts or 0
    at = began + timedelta(microseconds=_us(dts, form))
    length = max(1, _us(packet.duration or 0, form))
    shown = packet.pts if packet.pts is not None else dts
    return _Picture(
        at=at,
        end=at + timedelta(microseconds=length),
        shown_after_us=max(0, _us(shown - dts, form)),
        is_key=packet.is_keyframe,
        payload=bytes(packet),
        form=form,
    )


def _add(
    writing: FragmentedFile, picture: _Picture, first: _Picture, last: _Picture | None
) -> None:
    base = first.form.time_base
    ticks = round((picture.at - first.at).total_seconds() / base)
    if last is not None:  # rounding, or files that overlap after our clock was set back
        ticks = max(ticks, round((last.at - first.at).total_seconds() / base) + 1)
    shown = round(picture.shown_after_us / 1_000_000 / base)
    length = round((picture.end - picture.at).total_seconds() / base)
    writing.add(
        picture.payload, pts=ticks + shown, dts=ticks, duration=length, is_key=picture.is_key
    )


def _form_of(stream: AnyTrack) -> StreamFormat:
    context = stream.codec_context
    if stream.time_base is None:
        raise InvalidInput("A stored segment has no time base.", "Verify it against its hash.")
    return StreamFormat(
        codec=context.codec.canonical_name,
        extradata=bytes(context.extradata or b""),
        width_px=getattr(context, "width", 0),
        height_px=getattr(context, "height", 0),
        time_base=stream.time_base,
        frame_rate=None,
        rotation_deg=0,
        template=_detached(stream),
        rate_hz=getattr(context, "sample_rate", 0),
        channels=getattr(context, "channels", 0),
    )


def _detached(stream: AnyTrack) -> AnyTrack:
    """Copy the codec parameters out of the demuxer: its own are freed when the file is closed."""
    holder = av.open(io.BytesIO(), "w", format="nut")
    return holder.add_stream_from_template(stream, opaque=True)


def _same(one: StreamFormat, other: StreamFormat) -> bool:
    return (one.codec, one.width_px, one.height_px, one.rate_hz, one.extradata) == (
        other.codec,
        other.width_px,
        other.height_px,
        other.rate_hz,
        other.extradata,
    )


def _us(ticks: int, form: StreamFormat) -> int:
    return int(ticks * 1_000_000 * form.time_base)

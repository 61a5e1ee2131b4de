"""Stream copy into a fragmented MP4 file, hashed while it is written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import av
from av.error import FFmpegError
from av.stream import Stream as AnyStream

from shanasheel.base.errors import Exhausted, InvalidInput
from shanasheel.domain.footage import StreamFormat
from shanasheel.domain.gops import pack_leaves
from shanasheel.watch.recording.groups import WrittenGroups
from shanasheel.watch.recording.mime import QUICKTIME_ONLY

#: At most this much is lost by a kill, and this late is the live view (prescribed: 0.5 s).
FRAGMENT_S = 0.5

_BUFFER_BYTES = 256 * 1024  # a whole fragment of 4 Mbit/s reaches the file in one call
_OPTIONS = {
    # skip_trailer: the random access index would follow the last fragment; we have our own.
    "movflags": "frag_keyframe+empty_moov+default_base_moof+skip_trailer",
    "flush_packets": "1",  # every fragment reaches the file when it is whole
    "use_editlist": "0",
}


class _HashedFile:
    """A file that can only grow; FFmpeg sees no seek, so no byte is ever rewritten."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0
        self.failed: OSError | None = None
        self.groups: WrittenGroups | None = None

    @property
    def closed(self) -> bool:
        """Tell PyAV not to write a trailer into an abandoned file."""
        return self._stream.closed

    def write(self, data: bytes) -> int:
        """Append and hash; FFmpeg hides the error's kind, so it is kept here too."""
        try:
            rest = memoryview(data)
            while rest:  # an unbuffered write may take only a part, as when the disk fills
                rest = rest[self._stream.write(rest) :]
        except OSError as error:
            self.failed = error
            raise
        self.sha256.update(data)
        if self.groups is not None:
            self.groups.feed(data)
        self.size_bytes += len(data)
        return len(data)


class FragmentedFile:
    """One file being written. States: open, closed. Whole fragments are in the file at once.

    Timestamps given to `add` must start near 0 and `dts` must rise. Sound may lie beside pictures
    in a second media track; what is stored has one.

    Args:
        groups: hashes groups of pictures as they are written; for files of pictures alone.

    Raises:
        InvalidInput: MP4 cannot hold the codec.
        Exhausted: the disk refused.
        FileExistsError: the path is taken.
    """

    def __init__(
        self,
        path: Path,
        form: StreamFormat,
        *,
        fragment_s: float = FRAGMENT_S,
        sound: StreamFormat | None = None,
        groups: WrittenGroups | None = None,
    ) -> None:
        self.path = path
        self._form = form
        self._begun = self._same_base = False
        # FFmpeg would keep a fragment's pictures in memory too. Handed on together they cost less
        # than one by one, each after other cameras' (`bench recording`).
        self._held: list[tuple[bytes, int, int, int, bool]] = []
        self._fragment_dts, self._fragment_ticks = 0, int(fragment_s / form.time_base)
        if form.template is None:
            raise _not_for_mp4(form)
        self._stream = path.open("xb", buffering=0)
        self._file = _HashedFile(self._stream)
        self._file.groups = groups
        try:
            options = {**_OPTIONS, "frag_duration": str(int(fragment_s * 1_000_000))}
            container = "mov" if form.codec in QUICKTIME_ONLY else "mp4"
            self._container = av.open(
                self._file, "w", format=container, options=options, buffer_size=_BUFFER_BYTES
            )
            self._track = self._container.add_stream_from_template(form.template, opaque=True)
            self._sound = sound
            if sound is not None and sound.template is not None:
                self._heard = self._container.add_stream_from_template(sound.template, opaque=True)
        except (FFmpegError, ValueError) as error:
            self._stream.close()
            path.unlink(missing_ok=True)
            raise _not_for_mp4(form) from error

    @property
    def sha256(self) -> str:
        """Return the hash of all bytes so far."""
        return self._file.sha256.hexdigest()

    @property
    def size_bytes(self) -> int:
        """Return the number of bytes so far."""
        return self._file.size_bytes

    def add(self, payload: bytes, *, pts: int, dts: int, duration: int, is_key: bool) -> None:
        """Append a coded picture, or packet of sound; times in ticks of the format's time base."""
        self._held.append((payload, pts, dts, duration, is_key))
        if is_key or dts - self._fragment_dts >= self._fragment_ticks:
            self._fragment_dts = dts
            self._mux_held()

    def add_sound(self, payload: bytes, *, pts: int, duration: int) -> None:
        """Append a packet of the sound beside; times in ticks of its format's time base."""
        if self._sound is None:
            return
        packet = av.Packet(payload)
        packet.stream = self._heard
        packet.time_base = self._sound.time_base
        packet.pts = packet.dts = pts
        packet.duration, packet.is_keyframe = duration, True
        self._mux(packet)

    def _mux_held(self) -> None:
        """Hand on what waits for its fragment to be whole."""
        held, self._held = self._held, []
        for payload, pts, dts, duration, is_key in held:
            packet = av.Packet(payload)
            packet.stream = self._track
            if not self._same_base:
                packet.time_base = self._form.time_base
            packet.pts, packet.dts, packet.duration = pts, dts, duration
            packet.is_keyframe = is_key
            self._mux(packet)

    def _mux(self, packet: av.Packet[AnyStream]) -> None:
        try:
            self._container.mux_one(packet)
            if not self._begun:  # only now is it known how the file counts
                self._begun, self._same_base = True, self._track.time_base == self._form.time_base
        except (FFmpegError, OSError) as error:
            raise self._refusal(error) from error

    def close(self) -> None:
        """Write the last fragment; it is on disk when this returns, its name with its folder."""
        try:
            self._mux_held()
            self._container.close()
            self._keep_leaves()
            os.fsync(self._stream.fileno())
        except (FFmpegError, OSError) as error:
            raise self._refusal(error) from error
        finally:
            self._stream.close()

    def _keep_leaves(self) -> None:
        """Put the groups' hashes behind the last fragment: they tell which groups still stand."""
        groups, self._file.groups = self._file.groups, None
        if groups is not None and (leaves := groups.leaves()):
            self._file.write(pack_leaves(leaves))

    def abandon(self) -> None:
        """Let go of the file after a failure; what is whole in it stays for `recover`."""
        self._stream.close()

    def _refusal(self, error: BaseException) -> Exhausted | InvalidInput:
        failed = self._file.failed or (error if not isinstance(error, FFmpegError) else None)
        if isinstance(failed, OSError):
            return Exhausted(
                f"{self.path.name} cannot be written: {failed.strerror}.",
                "Free space on the data disk.",
            )
        return InvalidInput(
            f"{self.path.name} cannot take a picture coded as {self._form.codec}.",
            "The camera sends damaged video; the session must be opened anew.",
        )


def _not_for_mp4(form: StreamFormat) -> InvalidInput:
    if form.is_sound:
        return InvalidInput(
            f"MP4 cannot hold sound coded as {form.codec}.", "Set the camera to AAC or G.711."
        )
    return InvalidInput(
        f"MP4 cannot hold video coded as {form.codec}.",
        "Set the camera to H.264 or H.265, or convert the file.",
    )

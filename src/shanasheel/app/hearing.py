"""Recording one camera's sound beside its pictures; whatever happens here, they go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from shanasheel.app.listening import Listen
from shanasheel.base.clock import Clock
from shanasheel.base.errors import Exhausted, InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.watch.recording import Recorder, Shelf
from shanasheel.watch.sources import Heard, SoundTrack

_LOG = structlog.get_logger()
#: Sound that is further off its pictures than this is put right by a new segment. Lips are seen to
#: be wrong from 0.045 s early to 0.125 s late (ITU-R BT.1359); senders' reports jitter less.
_OFF_S = 0.08
_AGAIN_S = 2.0  # a disk that refused is tried again

#: Keeps the record of finished segments, then acknowledges them.
Keep = Callable[[Recorder, tuple[Segment, ...]], None]


class SoundRecording:
    """Writes the sound of one session after another; never used by two threads at once.

    Attributes:
        codec: of the sound recorded now; empty when there is none.
        note: why there is none although the camera offers it; empty otherwise.
    """

    def __init__(  # noqa: PLR0913 - what, what it records with, and who else hears it
        self,
        data: Path,
        camera: CameraId,
        *,
        clock: Clock,
        ids: IdMaker,
        keep: Keep,
        shelf: Shelf | None = None,
        listen: Listen | None = None,
    ) -> None:
        self.codec = self.note = ""
        self._data, self._camera, self._clock, self._ids = data, camera, clock, ids
        self._shelf, self._keep, self._listen = shelf, keep, listen
        self._again_s = 0.0  # after the disk refused
        self._recorder: Recorder | None = None

    def begin(self, track: SoundTrack) -> None:
        """Begin a session with the sound it offers, which may be none."""
        self.codec, self._recorder = "", None
        if track.format is None:
            self._leave_out(track.note)
            return
        self.codec = track.format.codec
        self._recorder = Recorder(
            data=self._data, camera=self._camera, stream=Stream.SOUND, clock=self._clock,
            ids=self._ids, drift_s=_OFF_S, shelf=self._shelf,
        )  # fmt: skip

    @property
    def records(self) -> bool:
        """Return whether this session's sound is recorded; asked for every picture."""
        return self._recorder is not None

    def take(self, heard: tuple[Heard, ...], pictures: Recorder) -> None:
        """Record what was heard, timed by the pictures; without their time it is not kept."""
        self.write(timed(heard, pictures))

    def cuts_at(self, packets: Sequence[Packet]) -> bool:
        """Tell whether writing these may open or close a file, and so wait for the disk."""
        recorder = self._recorder
        return recorder is not None and any(recorder.cuts_at(packet) for packet in packets)

    def write(self, packets: Sequence[Packet]) -> None:
        """Record packets that have their time, then offer them for listening."""
        for packet in packets:
            if self._recorder is None or self._clock.monotonic_s() < self._again_s:
                continue
            try:
                self._keep(self._recorder, self._recorder.push(packet))
                self.codec, self.note = packet.format.codec, ""
            except (Exhausted, OSError) as fault:  # another volume may take it, or this one later
                self._again_s = self._clock.monotonic_s() + _AGAIN_S
                self._leave_out(getattr(fault, "message", str(fault)))
            except InvalidInput as fault:
                self._recorder = None
                self._leave_out(fault.message)
        if self._listen is not None and packets:
            self._listen(packets)

    def finish(self) -> None:
        """End the session: close what is open."""
        recorder, self._recorder, self.codec = self._recorder, None, ""
        if recorder is None:
            return
        if self._listen is not None:
            self._listen(None)
        try:
            self._keep(recorder, recorder.finish())
        except (InvalidInput, Exhausted, OSError) as fault:
            self._leave_out(str(fault))

    def _leave_out(self, why: str) -> None:
        """Say why there is no sound, once for as long as the reason is the same."""
        self.codec, why = "", why.rstrip(".")
        if why and why != self.note:
            _LOG.warning("sound_left_out", camera=self._camera, detail=why)
        self.note = why


def timed(heard: Sequence[Heard], pictures: Recorder) -> list[Packet]:
    """Return packets of sound with our time by the pictures' recorder; those it has none for go."""
    return [
        one.packet._replace(at=at)
        for one in heard
        if (at := pictures.time_of(one.video_ticks)) is not None
    ]

"""The sound of our own RTSP sessions: from its packets to the line that `SoundTrack` keeps."""

from __future__ import annotations

from collections import deque
from datetime import datetime

import av

from shanasheel.domain.cameras import CameraId
from shanasheel.watch.sources.demuxing import Session
from shanasheel.watch.sources.rtp_clock import MediaClock, beside, read_reports
from shanasheel.watch.sources.rtp_sound import Sounds, sound_container
from shanasheel.watch.sources.sdp import Media
from shanasheel.watch.sources.sound import SoundTrack

_MOST_EARLY = 500  # packets, 10 s: before the first pictures are understood


class Listening:
    """Takes a session's packets of sound on their channels.

    Raises:
        av.FFmpegError, ValueError: what the camera says of it is none.
    """

    def __init__(self, camera: CameraId, media: Media, channels: tuple[int, int]) -> None:
        with sound_container(media) as container:
            self.track = SoundTrack(camera, container, wanted=True)
        self._channel, self._reports = channels
        self._sounds = Sounds(media)
        self._time = MediaClock(media.rate_hz)
        self._early: deque[tuple[int, memoryview, datetime]] = deque(maxlen=_MOST_EARLY)
        self._beside: tuple[Session, MediaClock] | None = None

    def begin(self, session: Session, pictures: MediaClock) -> None:
        """Set what comes, and what came, on the time line of these pictures."""
        self._beside = session, pictures
        early, self._early = self._early, deque()
        for channel, packet, at in early:
            self.push(channel, packet, at)

    def push(self, channel: int, packet: memoryview, at: datetime) -> None:
        """Take a packet of any channel; those of others are left out.

        Args:
            at: our clock.
        """
        if channel == self._reports:
            read_reports(packet, self._time)
        elif channel != self._channel or self.track.format is None:
            return
        elif self._beside is None:
            self._early.append((channel, memoryview(bytes(packet)), at))
        else:
            session, pictures = self._beside
            for stamp, payload, duration in self._sounds.push(packet):
                raw = av.Packet(payload)
                raw.pts = beside(self._time, self._time.ticks(stamp), pictures)
                raw.duration = duration
                self.track.take(raw, at=at, video=session.format, video_shift=session.mender.shift)

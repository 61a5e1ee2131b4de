"""Reads a camera over RTSP, interleaved in one TCP connection."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import av
from av import error as av_error
from av.container import InputContainer

from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable, without_secrets
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause, Packet
from shanasheel.watch.sources.demuxing import FormatChanged, Session
from shanasheel.watch.sources.formats import describe
from shanasheel.watch.sources.losses import SourceLost
from shanasheel.watch.sources.sound import Heard, SoundTrack

CONNECT_S = 5.0  # guessed: cameras on a city network answer within 1 s
SILENCE_S = 5.0  # guessed: ten times the longest picture interval of a busy camera
_WAITING_PACKETS = 256  # about 10 s at 25 pictures a second; then TCP holds the camera back
_OPTIONS = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "rtp,rtsp,tcp,tls,udp",
    "timeout": str(int(SILENCE_S * 1_000_000)),
    # Parameter sets come in the SDP or the first second; more only delays the first picture.
    "analyzeduration": "2000000",
}
_REFUSED = (av_error.HTTPUnauthorizedError, av_error.HTTPForbiddenError)
_FAULTS = (av_error.FFmpegError, ValueError, OSError)


class _PicturesStopped(Exception):
    """Sound still comes, pictures do not."""


class RtspSource:
    """One session of a camera; see `Source`.

    A thread of its own reads the connection, because FFmpeg cannot be woken from a read: `close`
    ends `packets` at once, while that thread ends with the next packet or after `SILENCE_S`.
    """

    def __init__(self, camera: Camera, clock: Clock) -> None:
        self._camera = camera
        self._clock = clock
        self._closing = threading.Event()
        self._waiting: queue.Queue[Packet | SourceLost] = queue.Queue(_WAITING_PACKETS)
        self._seen_s = clock.monotonic_s()
        container, note = self._connect()
        try:
            stream = self._video_of(container)
            self.sound = SoundTrack(camera.id, container, wanted=camera.sound)
            self.sound.note = self.sound.note or note
            self._session = Session.of(camera.id, describe(stream), self.sound)
        except InvalidInput as error:
            container.close()
            raise self._lost(GapCause.SIGNAL_LOST, error.message.rstrip(".")) from None
        except BaseException:
            container.close()
            raise
        self._reader = threading.Thread(
            target=self._read, args=(container, stream), name=f"rtsp-{camera.id}", daemon=True
        )
        self._reader.start()

    def packets(self) -> Iterator[Packet]:
        """Yield packets until the connection is lost or `close` is called."""
        while not self._closing.is_set():
            try:
                item = self._waiting.get(timeout=0.5)
            except queue.Empty:
                continue
            if isinstance(item, SourceLost):
                self._closing.set()
                raise item
            yield item

    def heard(self) -> tuple[Heard, ...]:
        """Return the sound that came since the last call."""
        return self.sound.heard()

    def close(self) -> None:
        """End `packets`, also from another thread, within half a second."""
        self._closing.set()

    def _connect(self) -> tuple[InputContainer, str]:
        """Open the session; where sound makes that fail, open it without, and say so."""
        # NOTE: no `from error` here: FFmpeg's message holds the address with its password.
        try:
            return self._open("video+audio" if self._camera.sound else "video"), ""
        except _FAULTS as error:
            if not self._camera.sound or not _may_be_the_sound(error):
                raise self._told(error) from None
        try:
            return self._open("video"), "the camera does not set its sound up"
        except _FAULTS as error:
            raise self._told(error) from None

    def _open(self, media: str) -> InputContainer:
        return av.open(
            self._camera.url,
            format="rtsp",
            options={**_OPTIONS, "allowed_media_types": media},
            timeout=(CONNECT_S, SILENCE_S),
        )

    def _told(self, error: Exception) -> SourceLost:
        if isinstance(error, _REFUSED):
            return self._lost(GapCause.REFUSED, printable(str(error.strerror)))
        if isinstance(error, av_error.ExitError):
            return self._lost(GapCause.UNREACHABLE, f"no answer in {CONNECT_S:g} s")
        reason = printable(str(getattr(error, "strerror", None) or "no connection"))
        return self._lost(GapCause.UNREACHABLE, reason)

    def _video_of(self, container: InputContainer) -> av.VideoStream:
        if not container.streams.video:
            raise self._lost(GapCause.SIGNAL_LOST, "the camera sends no video")
        return container.streams.video[0]

    def _read(self, container: InputContainer, stream: av.VideoStream) -> None:
        """Move packets from the connection to the waiting line until either side ends."""
        with container:
            try:
                for packet in self._session.packets(
                    container, stream, at=lambda _: self._see(), hear=self._hear
                ):
                    if not self._hand_over(packet):
                        return
                lost = self._lost(GapCause.SIGNAL_LOST, "the camera ended the stream")
            except FormatChanged:
                lost = self._lost(GapCause.FORMAT_CHANGED, "the picture format changed")
            except (av_error.ExitError, av_error.TimeoutError, _PicturesStopped):
                lost = self._lost(GapCause.SIGNAL_LOST, f"silent for {SILENCE_S:g} s")
            except av_error.FFmpegError as error:
                lost = self._lost(GapCause.SIGNAL_LOST, printable(str(error.strerror)))
        self._hand_over(lost)

    def _see(self) -> datetime:
        self._seen_s = self._clock.monotonic_s()
        return self._clock.now()

    def _hear(self) -> datetime:
        if self._clock.monotonic_s() - self._seen_s > SILENCE_S:
            raise _PicturesStopped
        return self._clock.now()

    def _hand_over(self, item: Packet | SourceLost) -> bool:
        while not self._closing.is_set():
            try:
                self._waiting.put(item, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False

    def _lost(self, cause: GapCause, detail: str) -> SourceLost:
        parts = urlsplit(without_secrets(self._camera.url))
        address = printable(f"{parts.scheme}://{parts.netloc}{parts.path}")
        remedy = "Check the user name and password." if cause is GapCause.REFUSED else ""
        message = f"Camera {self._camera.id} at {address} is lost"
        return SourceLost(message, cause=cause, detail=detail, remedy=remedy)


def _may_be_the_sound(error: Exception) -> bool:
    """Return whether FFmpeg may mean that the camera offers sound but does not set it up."""
    answered = (av_error.InvalidDataError, av_error.HTTPClientError, av_error.HTTPServerError)
    return isinstance(error, answered) and not isinstance(error, _REFUSED)

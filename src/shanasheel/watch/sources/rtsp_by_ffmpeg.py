"""Reads a camera over RTSP with FFmpeg's own reader: what ours does not read (see `rtsp`)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import av
from av import error as av_error
from av.container import InputContainer

from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause, Packet
from shanasheel.watch.sources.demuxing import FormatChanged, Session
from shanasheel.watch.sources.formats import describe
from shanasheel.watch.sources.links import Link
from shanasheel.watch.sources.losses import SourceLost, lost_camera
from shanasheel.watch.sources.sound import Heard, SoundTrack

CONNECT_S = 5.0  # guessed: cameras on a city network answer within 1 s
_LOOKS = 2  # at a silent camera in SILENCE_S
SILENCE_S = 5.0  # guessed: ten times the longest picture interval of a busy camera
_OPTIONS = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "rtp,rtsp,tcp,tls,udp",
    "timeout": str(int(SILENCE_S * 1_000_000)),
    # Parameter sets come in the SDP or the first second; more only delays the first picture.
    "analyzeduration": "2000000",
}
_REFUSED = (av_error.HTTPUnauthorizedError, av_error.HTTPForbiddenError)
_FAULTS = (av_error.FFmpegError, ValueError, OSError)


class RtspByFfmpeg:
    """One session of a camera; see `Source`.

    Whoever iterates `packets` reads the connection: handing packets from thread to thread cost
    more than all the rest of recording (`bench recording`). A second thread sleeps until no packet
    has come for `SILENCE_S`, and then cuts the connection, as `close` does.
    """

    def __init__(self, camera: Camera, clock: Clock) -> None:
        self._camera = camera
        self._clock = clock
        self._closing = threading.Event()
        self._reads = 0
        # Plain values, not events: they are looked at for every packet.
        self._reading = self._stalled = self._closed = False
        self._link = _link_of(camera.url, clock)
        container, note = self._connect()
        try:
            stream = self._video_of(container)
            self.sound = SoundTrack(camera.id, container, wanted=camera.sound)
            self.sound.note = self.sound.note or note
            self._session = Session.of(camera.id, describe(stream), self.sound)
        except InvalidInput as error:
            container.close()
            self._link.cut()
            raise self._lost(GapCause.SIGNAL_LOST, error.message.rstrip(".")) from None
        except BaseException:
            container.close()
            self._link.cut()
            raise
        self._container, self._stream = container, stream

    def packets(self) -> Iterator[Packet]:
        """Yield packets until the connection is lost or `close` is called."""
        threading.Thread(target=self._watch, name=f"rtsp-{self._camera.id}", daemon=True).start()
        now = self._clock.now
        try:
            with self._container as container:
                self._reading = True
                for packet in self._session.packets(
                    container, self._stream, at=lambda _: now(), hear=now
                ):
                    if self._closed:
                        return
                    self._reading = False
                    yield packet
                    self._reads += 1
                    self._reading = True
            if not self._closed:
                ended = self._lost(GapCause.SIGNAL_LOST, "the camera ended the stream")
                raise self._silent() if self._stalled else ended
        except FormatChanged:
            raise self._lost(GapCause.FORMAT_CHANGED, "the picture format changed") from None
        except av_error.FFmpegError as error:
            if self._closed:
                return  # we have cut it
            if self._stalled or isinstance(error, av_error.ExitError | av_error.TimeoutError):
                raise self._silent() from None
            raise self._lost(GapCause.SIGNAL_LOST, printable(str(error.strerror))) from None
        finally:
            self.close()

    def heard(self) -> tuple[Heard, ...]:
        """Return the sound that came since the last call."""
        return self.sound.heard()

    def close(self) -> None:
        """End `packets` at once, also from another thread."""
        self._closed = True
        self._closing.set()
        self._link.cut()

    def _silent(self) -> SourceLost:
        return self._lost(GapCause.SIGNAL_LOST, f"silent for {SILENCE_S:g} s")

    def _watch(self) -> None:
        """Cut a connection that brings bytes, but no whole packet any more."""
        seen, looks = -1, 0
        while not self._closing.wait(SILENCE_S / _LOOKS):
            reads = self._reads
            looks = looks + 1 if self._reading and reads == seen else 0
            seen = reads
            if looks >= _LOOKS:
                self._stalled = True
                self._link.cut()

    def _connect(self) -> tuple[InputContainer, str]:
        """Open the session; where sound makes that fail, open it without, and say so."""
        # NOTE: no `from error` here: FFmpeg's message holds the address with its password.
        try:
            return self._open("video+audio" if self._camera.sound else "video"), ""
        except _FAULTS as error:
            if not self._camera.sound or not _may_be_the_sound(error):
                raise self._told(error) from None
        self._link.cut()
        self._link = _link_of(self._camera.url, self._clock)
        try:
            return self._open("video"), "the camera does not set its sound up"
        except _FAULTS as error:
            raise self._told(error) from None

    def _open(self, media: str) -> InputContainer:
        with self._link.opening():
            return av.open(
                self._camera.url,
                format="rtsp",
                options={**_OPTIONS, "allowed_media_types": media},
                timeout=(CONNECT_S, None),
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

    def _lost(self, cause: GapCause, detail: str) -> SourceLost:
        return lost_camera(self._camera, cause, detail)


def _may_be_the_sound(error: Exception) -> bool:
    """Return whether FFmpeg may mean that the camera offers sound but does not set it up."""
    answered = (av_error.InvalidDataError, av_error.HTTPClientError, av_error.HTTPServerError)
    return isinstance(error, answered) and not isinstance(error, _REFUSED)


def _link_of(url: str, clock: Clock) -> Link:
    """Return the connection to an address's host; to nobody when it cannot be read."""
    try:
        parts = urlsplit(url)
        port = parts.port or (322 if parts.scheme == "rtsps" else 554)
    except ValueError:
        return Link("", 0, clock)
    return Link(parts.hostname or "", port, clock)

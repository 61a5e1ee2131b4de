"""Reads a camera over RTSP, interleaved in one TCP connection.

H.264 and H.265, with AAC and G.711 beside, by a session of our own; anything else by FFmpeg's
(`rtsp_by_ffmpeg`), which costs twice as much (decision 0010).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import structlog
from av.error import FFmpegError

from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause, Packet, StreamFormat
from shanasheel.watch.sources.demuxing import Session
from shanasheel.watch.sources.interleaved import NotRtsp
from shanasheel.watch.sources.losses import SourceLost, lost_camera
from shanasheel.watch.sources.rtp_clock import MediaClock, read_reports
from shanasheel.watch.sources.rtp_pictures import Picture, Pictures
from shanasheel.watch.sources.rtsp_by_ffmpeg import CONNECT_S, SILENCE_S, RtspByFfmpeg
from shanasheel.watch.sources.rtsp_listening import Listening
from shanasheel.watch.sources.rtsp_messages import control
from shanasheel.watch.sources.rtsp_opening import (
    NotOurs,
    Offer,
    choose,
    format_of,
    merged,
    tick_of,
)
from shanasheel.watch.sources.rtsp_session import Answered, RtspSession, Unusable
from shanasheel.watch.sources.sdp import Media, describe_session
from shanasheel.watch.sources.sound import Heard, SoundTrack

_LOG = structlog.get_logger()
_FIRST_PICTURES = 7  # as many as FFmpeg looks at to learn whether pictures come out of order
_FIRST_S = 2.0  # or what came in this time
_REFUSED = (401, 403)
_NO_SOUND = "the camera does not set its sound up"
_BROKEN = (OSError, EOFError, NotRtsp, Answered, Unusable)


def open_rtsp(camera: Camera, clock: Clock) -> RtspSource | RtspByFfmpeg:
    """Open a session with a camera, by our own reader where it can.

    Raises:
        SourceLost: no session could be had now.
    """
    try:
        return RtspSource(camera, clock)
    except _SoundInTheWay:
        source = RtspSource(replace(camera, sound=False), clock)
        source.sound.note = _NO_SOUND
        return source
    except NotOurs as what:
        _LOG.info("read_by_ffmpeg", camera=camera.id, because=str(what))
        return RtspByFfmpeg(camera, clock)


class _SoundInTheWay(Exception):
    """The camera set its sound up, and does not play with it."""


class RtspSource:
    """One session of a camera; see `Source`.

    Whoever iterates `packets` reads the connection. Every wait ends after `SILENCE_S`, and so does
    the session when bytes come, but no whole picture for as long.
    """

    def __init__(self, camera: Camera, clock: Clock) -> None:
        self._camera, self._clock = camera, clock
        self._closed = self._reading = False
        self._first: list[tuple[Picture, datetime]] = []
        self._listening: Listening | None = None
        try:
            self._session = RtspSession(camera.url, clock, opening_s=CONNECT_S, silence_s=SILENCE_S)
        except (*_BROKEN, ValueError, InvalidInput) as fault:
            raise self._unreachable(fault) from None
        try:
            self._begin()
        except BaseException:
            self._session.close()
            raise

    def packets(self) -> Iterator[Packet]:
        """Yield packets until the connection is lost or `close` is called."""
        clock, pictures = self._clock, self._pictures
        self._reading = True
        try:
            for picture, at in self._first:
                yield self._packet(picture, at)
            self._first = []
            since_s = clock.monotonic_s()
            while True:
                self._receive()
                if pictures.done:
                    done, pictures.done, at = pictures.done, [], clock.now()
                    for picture in done:
                        if self._closed:
                            return
                        yield self._packet(picture, at)
                    since_s = clock.monotonic_s()
                elif clock.monotonic_s() - since_s > SILENCE_S:
                    raise self._silent()
        except SourceLost:
            raise  # it is a ConnectionError too
        except _BROKEN as fault:
            if self._closed:
                return  # we have cut it
            raise self._ended(fault) from None
        finally:
            self._closed = True
            self._session.close()

    def heard(self) -> tuple[Heard, ...]:
        """Return the sound that came since the last call."""
        return self.sound.heard()

    def close(self) -> None:
        """End `packets` at once, also from another thread."""
        self._closed = True
        if self._reading:
            self._session.cut()  # who reads then lets go of it
        else:
            self._session.close()

    def _begin(self) -> None:
        """Set up what is ours and wait for the first pictures."""
        try:
            whole, media = describe_session(self._session.describe())
            offer = choose(media, sound=self._camera.sound)
            if offer is None:
                raise self._lost(GapCause.SIGNAL_LOST, "the camera sends no video")
            note = self._set_up(offer, whole)
            self._play()
        except SourceLost:
            raise
        except (*_BROKEN, ValueError) as fault:
            raise self._unreachable(fault) from None
        try:
            form = self._look(offer.pictures)
        except SourceLost:
            raise
        except _BROKEN as fault:
            raise self._ended(fault) from None
        except InvalidInput as error:
            raise self._lost(GapCause.SIGNAL_LOST, error.message.rstrip(".")) from None
        self._running = Session.of(self._camera.id, form, self.sound)
        self.sound.note = self.sound.note or note
        self._tick = tick_of(form)
        if self._listening is not None:
            self._listening.begin(self._running, self._time)

    def _play(self) -> None:
        try:
            self._session.play()
        except Answered as answer:
            if self._listening is None or answer.status in _REFUSED:
                raise
            raise _SoundInTheWay from None

    def _set_up(self, offer: Offer, whole: str) -> str:
        """Set up the media; return why there is no sound although it is offered."""
        session, pictures = self._session, offer.pictures
        if whole.lower().startswith("rtsp"):
            session.url = control(session.url, whole)
        base, note = session.url, ""
        self._channels = session.set_up(control(base, pictures.control), 0)
        self._pictures = Pictures(pictures.encoding, pictures.type)
        self._time = MediaClock(pictures.rate_hz)
        self.sound = SoundTrack(self._camera.id, None, wanted=False)
        if offer.sound is not None:
            try:
                channels = session.set_up(control(base, offer.sound.control), 2)
                self._listening = Listening(self._camera.id, offer.sound, channels)
                self.sound = self._listening.track
            except (Answered, Unusable, FFmpegError, ValueError):
                note = _NO_SOUND
        return note

    def _look(self, media: Media) -> StreamFormat:
        """Read until the pictures' coding is known and some have come; keep them."""
        clock, begun_s, form = self._clock, self._clock.monotonic_s(), None
        arrived: list[tuple[Picture, datetime]] = []
        while form is None or (
            len(arrived) < _FIRST_PICTURES and clock.monotonic_s() - begun_s < _FIRST_S
        ):
            if clock.monotonic_s() - begun_s > SILENCE_S:
                raise self._lost(GapCause.SIGNAL_LOST, "no picture that can be shown came")
            self._receive()
            done, self._pictures.done, at = self._pictures.done, [], clock.now()
            arrived += ((picture, at) for picture in done)
            waited = clock.monotonic_s() - begun_s >= _FIRST_S
            if waited or (done and len(arrived) >= _FIRST_PICTURES):
                form = form or self._describe(media, arrived)
        self._first = arrived
        return form

    def _describe(
        self, media: Media, arrived: list[tuple[Picture, datetime]]
    ) -> StreamFormat | None:
        pictures, several = merged(media, [picture for picture, _ in arrived])
        if not pictures:
            return None
        if several:
            times = {picture.stamp: at for picture, at in reversed(arrived)}
            arrived[:] = [(picture, times[picture.stamp]) for picture in pictures]
            self._pictures.by_time = True
        return format_of(media, pictures)

    def _receive(self) -> None:
        """Take what comes in one piece: pictures gather in `_pictures.done`, sound in `sound`."""
        pictures, (channel, reports) = self._pictures, self._channels
        for told, packet in self._session.receive():
            if told == channel:
                pictures.push(packet)
            elif told == reports:
                if read_reports(packet, self._time):
                    raise EOFError
            elif self._listening is not None:
                self._listening.push(told, packet, self._clock.now())
        pictures.settle()

    def _packet(self, picture: Picture, at: datetime) -> Packet:
        running = self._running
        ticks = self._time.ticks(picture.stamp)
        if picture.is_key and running.parameters.changed(picture.payload):
            raise self._lost(GapCause.FORMAT_CHANGED, "the picture format changed")
        stamp = running.mender.mend(ticks, ticks, self._tick)
        number, running.index = running.index, running.index + 1
        return Packet(
            self._camera.id, at, number, stamp.pts, stamp.dts, stamp.duration, picture.is_key,
            picture.payload, running.format,
            self._time.taken_at(ticks) if picture.is_key else None,
        )  # fmt: skip

    def _silent(self) -> SourceLost:
        return self._lost(GapCause.SIGNAL_LOST, f"silent for {SILENCE_S:g} s")

    def _ended(self, fault: Exception) -> SourceLost:
        if isinstance(fault, TimeoutError):
            return self._silent()
        if isinstance(fault, EOFError):
            return self._lost(GapCause.SIGNAL_LOST, "the camera ended the stream")
        return self._lost(GapCause.SIGNAL_LOST, _reason(fault))

    def _unreachable(self, fault: Exception) -> SourceLost:
        if isinstance(fault, Answered) and fault.status in _REFUSED:
            return self._lost(GapCause.REFUSED, _reason(fault))
        if isinstance(fault, TimeoutError):
            return self._lost(GapCause.UNREACHABLE, f"no answer in {CONNECT_S:g} s")
        return self._lost(GapCause.UNREACHABLE, _reason(fault))

    def _lost(self, cause: GapCause, detail: str) -> SourceLost:
        return lost_camera(self._camera, cause, detail)


def _reason(fault: Exception) -> str:
    """Return what happened, for people; messages of ours and of the system hold no address."""
    if isinstance(fault, OSError):
        return printable(fault.strerror or "no connection")
    if isinstance(fault, EOFError):
        return "it closed the connection"
    ours = isinstance(fault, Answered | Unusable | NotRtsp)
    return printable(str(fault)) if ours else "its address cannot be read"

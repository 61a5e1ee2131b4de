"""One camera's sub stream: opened beside the main for analysis alone, and never stored."""

from __future__ import annotations

import threading
from dataclasses import replace

import structlog

from shanasheel.app.feeding import Feed
from shanasheel.base.clock import Clock
from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause
from shanasheel.watch.sources import Source, SourceLost, open_source

_LOG = structlog.get_logger()
# Guessed: the main is looked at meanwhile, so a sub that fails may wait longer than recording.
_BACKOFF_S = (1.0, 2.0, 5.0, 10.0)
_STEADY_S = 30.0  # a session that lasted so long was no flicker: the next is opened soon
_KEY_S = 10.0  # a stream without a key picture so long cannot be looked at


class SubStream:
    """Reads a camera's sub until `stop`. `run` is the body of its own thread.

    `state` is `starting`, `live` or `lost`, `cause` why; for the status, one writer, many readers.
    """

    def __init__(self, camera: Camera, feed: Feed, clock: Clock) -> None:
        self.state = "starting"
        self.cause = ""
        self._camera = replace(camera, url=camera.sub_url, sub_url="", outages=(), sound=False)
        self._feed, self._clock = feed, clock
        self._stopping = threading.Event()
        self._source: Source | None = None

    def run(self) -> None:
        """Feed analysis, and after each loss open the stream again, until `stop`."""
        attempt = 0
        while not self._stopping.is_set():
            begun_s = self._clock.monotonic_s()
            try:
                self._session()
            except SourceLost as lost:
                self._lose(lost.cause, lost.message)
            except (ShanasheelError, OSError) as fault:
                self._lose(GapCause.SIGNAL_LOST, str(fault))
            except Exception:  # noqa: BLE001 - outermost loop of the thread: the main goes on
                _LOG.exception("sub_stream_failed", camera=self._camera.id)
                self._lose(GapCause.SIGNAL_LOST, "internal fault")
            steady = self._clock.monotonic_s() - begun_s >= _STEADY_S
            attempt = 0 if steady else attempt + 1
            self._stopping.wait(_BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)])

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stopping.set()
        source = self._source
        if source is not None:
            source.close()

    def _session(self) -> None:
        """Feed one session.

        Raises:
            SourceLost: it ended, could not be opened, or has no key pictures.
        """
        source = self._source = open_source(self._camera, self._clock)
        begun_s = self._clock.monotonic_s()
        try:
            for packet in source.packets():
                if self._stopping.is_set():
                    return
                if packet.is_key:
                    self._live()
                elif self.state != "live" and self._clock.monotonic_s() - begun_s > _KEY_S:
                    raise SourceLost(
                        f"The sub stream of camera {self._camera.id} is of no use",
                        cause=GapCause.SIGNAL_LOST, detail=f"no key picture in {_KEY_S:g} s",
                    )  # fmt: skip
                self._feed.sub(packet)
        finally:
            source.close()
            self._source = None

    def _live(self) -> None:
        if self.state == "live":
            return
        if self.state == "lost":
            _LOG.info("sub_stream_back", camera=self._camera.id)
        self.state, self.cause = "live", ""

    def _lose(self, cause: GapCause, detail: str) -> None:
        """Hand over to the main; say so once."""
        self._feed.sub_lost()
        if self._stopping.is_set():
            return
        if self.state != "lost":
            _LOG.warning(
                "sub_stream_lost", camera=self._camera.id, cause=cause.value, detail=detail
            )
        self.state, self.cause = "lost", cause.value

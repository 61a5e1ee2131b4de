"""The time of RTP packets: unwrapped, and set against the camera's clock by its sender reports."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.base.clock import EPOCH
from shanasheel.watch.sources.camera_time import plausible

_WRAP, _HALF = 1 << 32, 1 << 31
_SENDER_REPORT, _BYE = 200, 203
_NTP_TO_UNIX_S = 2_208_988_800  # from 1900 to 1970


class MediaClock:
    """The time line of one media: ticks from its first packet on, over the wrap of 32 bits."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._last: int | None = None
        self._ticks = 0
        self._reported: tuple[float, int] | None = None  # seconds since 1970, ticks
        self._waiting: tuple[float, int] | None = None  # a report before the first packet

    def ticks(self, stamp: int) -> int:
        """Return where a packet with this RTP time stands; a leap of half the range is back."""
        if self._last is None:
            self._last = stamp
            if self._waiting is not None:
                self.report(*self._waiting)
        self._ticks += _signed(stamp - self._last)
        self._last = stamp
        return self._ticks

    def report(self, at_s: float, stamp: int) -> None:
        """Take in a sender report: the camera's clock at an RTP time."""
        if self._last is None:
            self._waiting = at_s, stamp
        else:
            self._reported = at_s, self._ticks + _signed(stamp - self._last)

    def camera_s(self, ticks: int) -> float | None:
        """Return the camera's clock in seconds since 1970; None before its first report."""
        if self._reported is None:
            return None
        at_s, reported = self._reported
        return at_s + (ticks - reported) / self.rate_hz

    def taken_at(self, ticks: int) -> datetime | None:
        """Return the camera's time; None where it has told none, or has no clock."""
        at_s = self.camera_s(ticks)
        try:
            at = None if at_s is None else EPOCH + timedelta(seconds=at_s)
        except OverflowError:
            return None
        return at if at is not None and plausible(at) else None


def beside(sound: MediaClock, ticks: int, pictures: MediaClock) -> int:
    """Return the ticks of sound on the time line of the pictures, in the sound's own ticks.

    Before both have reported, both are taken to begin together.
    """
    own_s, first_s = sound.camera_s(ticks), pictures.camera_s(0)
    if own_s is None or first_s is None:
        return ticks
    return round((own_s - first_s) * sound.rate_hz)


def read_reports(packet: memoryview, clock: MediaClock) -> bool:
    """Take in an RTCP packet's sender reports (RFC 3550 §6); return whether it says goodbye."""
    at, ends = 0, False
    while at + 4 <= len(packet) and packet[at] & 0xC0 == 0x80:
        kind, after = packet[at + 1], at + 4 + 4 * int.from_bytes(packet[at + 2 : at + 4])
        if kind == _SENDER_REPORT and at + 20 <= len(packet):
            seconds = int.from_bytes(packet[at + 8 : at + 12]) - _NTP_TO_UNIX_S
            fraction = int.from_bytes(packet[at + 12 : at + 16]) / _WRAP
            clock.report(seconds + fraction, int.from_bytes(packet[at + 16 : at + 20]))
        ends = ends or kind == _BYE
        at = after
    return ends


def _signed(difference: int) -> int:
    return (difference + _HALF) % _WRAP - _HALF

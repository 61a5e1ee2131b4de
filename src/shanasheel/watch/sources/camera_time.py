"""When a camera's own clock says a picture was taken: the NTP time of its RTCP sender reports."""

from __future__ import annotations

from datetime import datetime, timedelta

import av
from av.stream import Stream as AnyStream

from shanasheel.base.clock import EPOCH

_FROM, _TO = 2015, 2100  # cameras without a clock count from their start, from 1900 or 1970


def taken_at(packet: av.Packet[AnyStream]) -> datetime | None:
    """Return the camera's time of a packet; None where it has told none, or has no clock.

    FFmpeg works it out from the last sender report (RFC 3550, section 6.4.1) and the packet's RTP
    time, and adds it as producer reference time (`AVProducerReferenceTime`: microseconds in UTC).
    """
    if not packet.has_sidedata("prft"):
        return None
    told = bytes(packet.get_sidedata("prft"))
    try:
        at = EPOCH + timedelta(microseconds=int.from_bytes(told[:8], "little", signed=True))
    except OverflowError:
        return None
    return at if len(told) >= 8 and plausible(at) else None


def plausible(at: datetime) -> bool:
    """Return whether a clock that says so was ever set."""
    return _FROM <= at.year < _TO

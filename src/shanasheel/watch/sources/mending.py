"""Timestamps as a muxer needs them, from whatever a file or camera sends."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

#: Assumed when nothing is declared (guessed: PAL cameras).
_FALLBACK_RATE = 25.0
#: A step back of more than this is a restarted counter, not jitter (guessed).
_RESTART_S = 1.0
#: No camera pauses this long between two pictures of one session (guessed).
_LONGEST_PAUSE_S = 3600.0
#: No codec reorders pictures this far apart (guessed; H.264 allows 16 pictures).
_LONGEST_REORDER_S = 10.0


class Stamp(NamedTuple):
    """Mended times of one packet, in ticks; `duration` is 0 when unknown."""

    pts: int
    dts: int
    duration: int


class Mender:
    """Makes timestamps of one session complete and strictly rising in decoding order.

    Missing times are counted up by the frame rate. A time that repeats or steps back a little is
    put one tick after the one before. A counter that restarts, or leaps more than an hour, is
    shifted so that it goes on one picture later. Uneven spacing is kept as it is.

    >>> mender = Mender(time_base=Fraction(1, 100), frame_rate=25.0)
    >>> [mender.mend(pts, dts, 0).dts for pts, dts in [(0, 0), (None, None), (4, 4), (9, 9)]]
    [0, 4, 5, 9]
    """

    def __init__(self, *, time_base: Fraction, frame_rate: float | None) -> None:
        rate = frame_rate or _FALLBACK_RATE
        self._tick = max(1, round(1 / (rate * float(time_base))))
        self._restart = max(1, int(_RESTART_S / time_base))
        self._pause = max(1, int(_LONGEST_PAUSE_S / time_base))
        self._reorder = max(1, int(_LONGEST_REORDER_S / time_base))
        self._shift = 0
        self._last: int | None = None

    @property
    def next_dts(self) -> int:
        """Return where the next packet would stand if it had no time of its own."""
        return 0 if self._last is None else self._last + self._tick

    @property
    def shift(self) -> int:
        """Return the ticks by which mended times are now off the source's own."""
        return self._shift

    def restart_at_next(self, first_dts: int | None) -> None:
        """Let the next packet, with its own time `first_dts`, follow the last one directly."""
        self._shift = self.next_dts - (first_dts or 0)

    def mend(self, pts: int | None, dts: int | None, duration: int | None) -> Stamp:
        """Return mended times of the next packet in decoding order."""
        last, shift = self._last, self._shift
        if last is not None and dts is not None and pts is not None:
            placed = dts + shift
            if last < placed <= last + self._restart and 0 <= pts - dts <= self._reorder:
                # A healthy camera takes this way alone; it is the shorter for it.
                self._last = placed
                length = duration if duration and 0 < duration <= self._pause else 0
                return Stamp(pts=pts + shift, dts=placed, duration=length)
        own = dts if dts is not None else (pts if self._last is None else None)
        mended = self._place(own)
        shown = mended if pts is None else pts + self._shift
        if dts is None or not mended <= shown <= mended + self._reorder:
            shown = mended if pts is None else max(mended, min(shown, mended + self._reorder))
        length = duration if duration and 0 < duration <= self._pause else 0
        self._last = mended
        return Stamp(pts=shown, dts=mended, duration=length)

    def _place(self, own: int | None) -> int:
        if own is None:
            return self.next_dts
        if self._last is None:
            # A counter that starts near the end of 64 bits would overflow in the muxer.
            self._shift = -own if abs(own) > 1 << 48 else self._shift
            return own + self._shift
        placed = own + self._shift
        if placed < self._last - self._restart or placed > self._last + self._pause:
            self._shift = self.next_dts - own
            return self.next_dts
        return max(placed, self._last + 1)

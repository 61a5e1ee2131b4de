"""A camera's own signatures while it is recorded: checked, remembered, and missed when they end."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import structlog

from shanasheel.actions.signing import read_anchors
from shanasheel.base.clock import Clock
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, Tampering
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import Segment
from shanasheel.domain.signing import Doubt, SignatureState
from shanasheel.prove.footage import SignatureCheck
from shanasheel.watch.recording import Grouping
from shanasheel.watch.rules import tampered_event

_LOG = structlog.get_logger()
_HELD = (SignatureState.OK, SignatureState.PARTIAL)
_WORSE = {
    SignatureState.BAD: Tampering.SIGNATURE_BAD,
    SignatureState.NONE: Tampering.SIGNATURE_GONE,
}


def file_grouping(data: Path, at: datetime) -> Grouping:
    """Return what hashes the groups of a file of that time, and checks all its signatures."""
    anchors = read_anchors(data)
    return Grouping(lambda codec: SignatureCheck(codec, anchors, lambda: at, eager=True))


class CameraSigning:
    """Whether one camera signs its pictures, and whether its signatures hold.

    What is known outlives a restart, so that a camera that signed before is missed after it.
    """

    def __init__(self, data: Path, camera: Camera, *, clock: Clock, ids: IdMaker) -> None:
        self._data, self._camera, self._clock, self._ids = data, camera, clock, ids
        self._memory = data / "state" / f"{camera.id}.signing"
        self.state: SignatureState | None = None
        self._certificate = ""
        with contextlib.suppress(OSError, ValueError):
            state, _, self._certificate = self._memory.read_text().partition(" ")
            self.state = SignatureState(state)

    def grouping(self) -> Grouping:
        """Return what hashes groups of pictures and shows them to the check."""
        return Grouping(self._watch)

    def _watch(self, codec: str) -> SignatureCheck:
        return SignatureCheck(
            codec, read_anchors(self._data), self._clock.now, signs=self.state is not None
        )

    def note(self, segment: Segment) -> Event | None:
        """Take what a segment's signatures say; return an event when they became worse."""
        signed = segment.signed
        if signed is None:
            return None
        if self.state and not signed.groups and set(signed.doubts) <= {Doubt.HEAD, Doubt.TAIL}:
            return None  # only that there are signatures
        before, key = self.state, self._certificate
        other = bool(key and signed.groups and signed.certificate not in ("", key))
        if signed.state is before and (not signed.groups or signed.certificate == key):
            return None
        self.state = signed.state
        self._certificate = signed.certificate if signed.groups else key
        with contextlib.suppress(OSError):  # costs one more event after a restart
            told = f"{signed.state.value} {self._certificate}"
            write_atomic(self._memory, told.encode(), durable=False)
        doubts = [doubt.value for doubt in signed.doubts]
        _LOG.info("signatures", camera=self._camera.id, state=signed.state.value, doubts=doubts)
        worse = _WORSE.get(signed.state) if signed.state is not before else None
        if worse is Tampering.SIGNATURE_GONE and before not in _HELD:
            worse = None
        if worse is None and other:
            worse = Tampering.SIGNATURE_OTHER
        if worse is None:
            return None
        return tampered_event(self._camera, at=segment.end, what=worse, ids=self._ids)

"""Checking the signatures that cameras put into their own pictures (ONVIF Media Signing 26.06).

Follows a stream unit by unit, whatever files it is cut into. A document lies in the group of
pictures that follows the one it is about; nothing is said of pictures whose document has not come.

Units are hashed as the standard has it: the first of a group alone, every other together with
that: `H(H(first) | H(unit))`. Only pictures count: neither other SEI messages nor parameter sets.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.footage import Packet
from shanasheel.domain.gops import GroupHasher, length_bytes
from shanasheel.domain.signing import CameraSignature, Doubt, SignatureState, state_of
from shanasheel.prove.footage.anchors import Anchors, CameraKey
from shanasheel.prove.footage.documents import MEDIA_SIGNING, Document, parse_document
from shanasheel.prove.footage.leaves import gop_leaves, video_codec

_MOST_GROUPS = 16  # that wait for their document; beyond, the oldest stays unsigned (guess)
_MOST_UNITS = 0xFFFF  # of a group: a document counts them in two bytes
_STOPPED_AFTER = 8  # groups without a document: signers may be late, not that late (guess)
_H264 = {1: False, 5: True}  # slices; the value says whether it may begin a group
_HEVC = {0: False, 1: False, **dict.fromkeys(range(16, 22), True)}


@dataclass(slots=True)
class _Told:
    """What was found since it was last told."""

    doubts: set[Doubt] = field(default_factory=set)
    groups: int = 0
    documents: int = 0
    first: int | None = None
    last: int | None = None


class SignatureCheck:
    """Watches the units of one camera's stream; not for use by two threads.

    Until the first document is seen nothing is hashed, so that cameras that do not sign cost
    nothing; what came before it cannot be judged then.

    Args:
        codec: `h264` or `hevc`; others are not signed.
        anchors: whose certificates vouch.
        now: when the pictures came, for documents that do not know the time.
        eager: hash from the first picture: for files, and cameras known to sign.
        signs: the camera is known to sign, so that it is told when it does no more.
    """

    def __init__(
        self,
        codec: str,
        anchors: Anchors,
        now: Callable[[], datetime],
        *,
        eager: bool = False,
        signs: bool = False,
    ) -> None:
        self._hevc = codec == "hevc"
        self._slices = {"h264": _H264, "hevc": _HEVC}.get(codec, {})
        self._anchors, self._now = anchors, now
        self._hashing = eager or signs
        self._in_step = False  # the oldest group that waits is the next to be signed
        self._waiting: deque[list[bytes]] = deque()  # hashes of units, a list for each group
        self._anchor = b""
        self._digest = Document(
            once=True, signed=b"", signature=b"", certificates=b"",
            hash_oid=bytes.fromhex("608648016503040201"),
        ).digest  # fmt: skip
        self._key: CameraKey | None = None
        self._before: tuple[int, bytes, bytes] | None = None  # counter, first hash, group's hash
        self._told = _Told()
        self._silent = 0  # groups since the last document
        self.signs = signs

    def begin_group(self) -> None:
        """Note that a group of the container begins; units say themselves where theirs do."""
        self._silent += 1

    def unit(self, unit: memoryview, *, is_sei: bool) -> None:
        """Take the next unit."""
        if is_sei:
            if bytes(unit[:300]).find(MEDIA_SIGNING) >= 0:
                self._take(bytes(unit))
            return
        if not self._hashing:
            return
        kind = unit[0] >> 1 & 0x3F if self._hevc else unit[0] & 0x1F
        begins = self._slices.get(kind)
        if begins is not None:
            header = 2 if self._hevc else 1
            self._hash(bytes(unit), begins=begins and bool(unit[header] & 0x80))

    def lose(self) -> None:
        """Forget what waits: pictures were lost, as when a camera is connected to anew."""
        if self._waiting and self.signs:
            self._told.doubts.add(Doubt.TAIL)
        self._waiting.clear()
        self._anchor, self._in_step, self._before = b"", False, None

    def take(self, *, end: bool = False) -> CameraSignature | None:
        """Return what was found since the last time; None for a camera that never signed.

        Args:
            end: nothing follows, so that what waits stays without a document.
        """
        told, self._told = self._told, _Told()
        if not self.signs:
            return None
        if end and self._waiting:
            told.doubts.add(Doubt.TAIL)
        if not told.documents and self._silent >= _STOPPED_AFTER:
            told.doubts.add(Doubt.STOPPED)
        if not told.documents and told.doubts <= {Doubt.HEAD, Doubt.TAIL}:
            return None  # too short for one: the next tells
        return CameraSignature(
            state=state_of(frozenset(told.doubts), told.groups),
            doubts=tuple(doubt for doubt in Doubt if doubt in told.doubts),
            groups=told.groups,
            certificate=self._key.fingerprint if self._key else "",
            first=told.first,
            last=told.last,
        )

    def _hash(self, unit: bytes, *, begins: bool) -> None:
        digest = self._digest(unit)
        if begins:
            self._anchor = digest
            self._waiting.append([digest])
            if len(self._waiting) > _MOST_GROUPS:
                self._waiting.popleft()
                self._told.doubts.add(Doubt.UNSIGNED)
        elif self._waiting:
            group = self._waiting[-1]
            group.append(self._digest(self._anchor + digest))
            if len(group) > _MOST_UNITS:
                self._waiting.clear()  # until the next one begins
                self._told.doubts.add(Doubt.UNSIGNED)

    def _take(self, unit: bytes) -> None:
        """Take a document."""
        self.signs, self._silent = True, 0
        try:
            document = parse_document(unit, hevc=self._hevc)
            if document is None:
                return
            self._know(document)
        except InvalidInput:
            self._told.doubts.add(Doubt.UNREADABLE)
            self._hashing = True
            return
        self._told.documents += 1
        if not self._hashing:  # from the next group on there is something to compare with
            self._hashing = True
            self._told.doubts.add(Doubt.HEAD)
        if self._key is None or not self._key.signed(document.signed, document.signature):
            self._told.doubts.add(Doubt.SIGNATURE)
        else:
            self._told.doubts |= self._key.doubts(self._anchors, document.at or self._now())
        if not document.once:
            self._compare(document)

    def _know(self, document: Document) -> None:
        self._digest = document.digest
        if document.certificates and (
            self._key is None or not self._key.is_of(document.certificates)
        ):
            self._key = CameraKey(document.certificates)

    def _compare(self, document: Document) -> None:
        """Hold the pictures that a document is about against it."""
        before, counter = self._before, document.counter
        skipped = (counter - before[0] - 1) % (1 << 32) if before else 0
        if skipped >= 1 << 31:
            self._told.doubts.add(Doubt.REPLAYED)
            return
        if skipped:  # their documents are not here; perhaps their pictures are not either
            self._told.doubts.add(Doubt.GROUPS_MISSING)
            self._in_step = False
        self._before = (counter, b"", document.group)
        if before is not None and document.group == before[2]:
            # Some signers repeat the last group's hash in the document that ends the stream.
            self._told.doubts.add(Doubt.TAIL)
            self._waiting.clear()
            return
        place = self._place_of(document)
        if place is None:
            self._differ(document, skipped=bool(skipped))
            return
        if place:
            self._told.doubts.add(Doubt.UNSIGNED if self._in_step else Doubt.HEAD)
            for _ in range(place):
                self._waiting.popleft()
        held, self._in_step = self._held(document), True
        if self._is_linked(document, before):
            self._note(document)
        self._before = (counter, held[0], document.group)

    def _place_of(self, document: Document) -> int | None:
        """Return which of the waiting groups a document is about; None when none fits it."""
        for place, group in enumerate(self._waiting):
            if self._holds(document, group[: document.count] if document.partial else group):
                return place
        return None

    def _differ(self, document: Document, *, skipped: bool) -> None:
        """Judge a document that fits no pictures: others were signed, or they were not seen."""
        if self._waiting and (self._in_step or (len(self._waiting) > 1 and not skipped)):
            self._told.doubts.add(_difference(self._held(document), document))
            self._in_step = True
            return
        if not skipped:
            self._told.doubts.add(Doubt.HEAD)
        while len(self._waiting) > 1:
            self._waiting.popleft()

    def _held(self, document: Document) -> list[bytes]:
        """Take the hashes of the units that a document is about out of those that wait."""
        group = self._waiting[0]
        if document.partial and document.count < len(group):
            held = group[: document.count]
            del group[: document.count]
            return held
        self._waiting.popleft()
        return group

    def _holds(self, document: Document, held: Sequence[bytes]) -> bool:
        return len(held) == document.count and document.digest(b"".join(held)) == document.group

    def _is_linked(self, document: Document, before: tuple[int, bytes, bytes] | None) -> bool:
        """Compare the group before with the one this document says it follows."""
        if before is None or not before[1] or before[0] + 1 != document.counter:
            return True
        if document.linked == before[1]:
            return True
        self._told.doubts.add(Doubt.ORDER)
        return False

    def _note(self, document: Document) -> None:
        told = self._told
        told.groups += 1
        told.first = document.counter if told.first is None else told.first
        told.last = document.counter


def _difference(held: Sequence[bytes], document: Document) -> Doubt:
    """Say how pictures differ from those signed: some are missing, or they are others."""
    listed = iter(document.hashes)
    if len(held) < len(document.hashes) and all(digest in listed for digest in held):
        return Doubt.PICTURES_MISSING
    return Doubt.PICTURES


def check_file(path: Path, anchors: Anchors, now: datetime) -> CameraSignature:
    """Check the signatures in a whole file.

    Args:
        now: when it was recorded, or now; for cameras that do not know the time.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is no video, or damaged so that it cannot be read.
    """
    check = SignatureCheck(video_codec(path), anchors, lambda: now, eager=True)
    gop_leaves(path, watch=check)
    return check.take(end=True) or CameraSignature(state=SignatureState.NONE)


def check_packets(
    packets: Sequence[Packet], anchors: Anchors, now: datetime
) -> CameraSignature | None:
    """Check the signatures in some of a camera's packets; None when there are none."""
    if not packets:
        return None
    form = packets[0].format
    check = SignatureCheck(form.codec, anchors, lambda: now, eager=True)
    hasher = GroupHasher(form.codec, length_bytes(form.codec, form.extradata), watch=check)
    for packet in packets:
        with contextlib.suppress(InvalidInput):
            hasher.add(packet.payload)
    return check.take(end=True)

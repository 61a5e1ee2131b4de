"""Gathering what a bundle is made of: the records that tell of a span, and the files they name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.actions.export import missing_of
from shanasheel.actions.rows import Rows
from shanasheel.base.clock import EPOCH, from_us, to_us
from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.domain.footage import Segment
from shanasheel.domain.keeping import Deleted
from shanasheel.prove.evidence.layout import CLAIM_ROOT, OPENED

_LOGGED = (Stream.MAIN, Stream.SOUND)
_SEALING = timedelta(seconds=90)  # guess: a segment is sealed and indexed well within
_MOST_HOLES = 1000

_LOOKS = frozenset({None, "export", OPENED})  # a grant's record has no `what`

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A recorded file as its record tells it.

    Args:
        path: POSIX, relative to the data folder.
        sha256: lower-case hex.
    """

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything known of an exhibit's footage, of one moment.

    Args:
        footage: records of segments, gaps, deletions, hand-ins and tampering in the span.
        custody: records of who looked at it, handed it out, held it or let it go, and of the roots
            that the site's claims lead to.
        segments: of the main stream and of sound, by camera.
        shielded: the working copies that are kept, by camera.
        unrecorded: where there is neither footage nor a record that says why.
    """

    footage: tuple[StoredFact, ...]
    custody: tuple[StoredFact, ...]
    originals: tuple[Original, ...]
    segments: Mapping[CameraId, tuple[Segment, ...]]
    shielded: Mapping[CameraId, tuple[Segment, ...]]
    unrecorded: tuple[tuple[CameraId, Span], ...]


def gather(rows: Rows, exhibit: Exhibit, now: datetime) -> Gathered:
    """Return what is known of an exhibit's footage.

    Raises:
        Conflict: the span has not ended, or its last segment is still being written.
        IntegrityFault: a segment was never logged.
        InvalidInput: there are more holes than anyone could judge.
    """
    if exhibit.end > now:
        raise Conflict("The span of the exhibit has not ended yet.", "Export it when it has.")
    segments: dict[CameraId, tuple[Segment, ...]] = {}
    shielded: dict[CameraId, tuple[Segment, ...]] = {}
    wanted: list[str] = []
    holes: list[tuple[CameraId, Span]] = []
    start, end = exhibit.start, exhibit.end
    for camera in exhibit.cameras:
        found = [
            one for s in _LOGGED for one in rows.footage.segments(camera, s, start, end)
        ]  # fmt: skip
        segments[camera] = tuple(found)
        shielded[camera] = rows.footage.segments(camera, Stream.SHIELDED, start, end)
        gone = _deleted(rows, camera, start, end)
        gaps = rows.footage.gaps(camera, start, end)
        wanted += [one.id for one in found] + [one.id for one in gaps]
        wanted += [name for one in gone for name in (one.segment, one.fact)]
        known = [(one.start, one.end) for one in found if one.stream is Stream.MAIN]
        known += [(one.start, one.end) for one in gone if one.stream is Stream.MAIN]
        known += [(one.start, one.end) for one in gaps]
        missing = missing_of((start, end), [_clipped(span, exhibit) for span in known])
        holes += [(camera, span) for span in missing]
    wanted += [
        one.id for one in rows.keeping.intakes()
        if one.camera in exhibit.cameras and one.start < end and start < one.end
    ]  # fmt: skip
    if any(span[1] == end and now - end < _SEALING for _, span in holes):
        raise Conflict("The end of the span is still being written.", "Export it in a minute.")
    if len(holes) > _MOST_HOLES:
        raise InvalidInput("The span has too many holes.", "Make an exhibit of a shorter span.")
    footage = rows.facts.stored(list(dict.fromkeys(wanted)))
    logged = {fact.id for fact in footage}
    for one in (one for found in segments.values() for one in found):
        if one.id not in logged:
            raise IntegrityFault(f"{one.path} was never logged.", "Run `ledger check`.")
    footage += tuple(_tampering(rows, exhibit))
    return Gathered(
        footage=tuple(sorted(footage, key=lambda fact: fact.entry)),
        custody=tuple(_custody(rows, exhibit)),
        originals=tuple(_originals(footage)),
        segments=segments,
        shielded=shielded,
        unrecorded=tuple(holes),
    )


def body_of(fact: StoredFact) -> dict[str, object]:
    """Return a record's fields; of one that was changed behind our back, none."""
    try:
        body = json.loads(fact.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _deleted(rows: Rows, camera: CameraId, start: datetime, end: datetime) -> list[Deleted]:
    """Return what is deleted and still has its record; where that was erased, nothing is known."""
    gone = [one for s in _LOGGED for one in rows.keeping.deleted(camera, s, start, end)]
    erased = {one.id for one in rows.facts.stored([one.segment for one in gone]) if one.erased}
    return [one for one in gone if one.segment not in erased]


def _clipped(span: Span, exhibit: Exhibit) -> Span:
    return max(span[0], exhibit.start), max(span[1], exhibit.start)


def _originals(footage: Iterable[StoredFact]) -> Iterator[Original]:
    gone = {
        name
        for fact in footage
        if fact.kind == FactKind.DELETION
        for name in _listed(body_of(fact).get("segments"))
    }
    for fact in footage:
        if fact.kind in (FactKind.SEGMENT, FactKind.INTAKE) and fact.id not in gone:
            body = body_of(fact)
            yield Original(
                path=str(body["path"]), sha256=str(body["sha256"]),
                size_bytes=int(str(body["size_bytes"])),
            )  # fmt: skip


def _tampering(rows: Rows, exhibit: Exhibit) -> Iterator[StoredFact]:
    # Clocks that were set were tampering once, and old entries stay so.
    for kind in (FactKind.TAMPERING, FactKind.CLOCK):
        for fact in rows.facts.of_kind(kind, exhibit.start):
            body = body_of(fact)
            if body.get("camera") in exhibit.cameras and _at(body) < exhibit.end:
                yield fact


def _custody(rows: Rows, exhibit: Exhibit) -> Iterator[StoredFact]:
    """Yield who looked since it was recorded, every order to keep it, and roots of claims."""
    # Exports were accesses once, and old entries stay so.
    for kind in (FactKind.ACCESS, FactKind.EXPORT):
        for fact in rows.facts.of_kind(kind, exhibit.start):
            if _looked(body_of(fact), exhibit):
                yield fact
    holds: set[object] = set()
    for fact in rows.facts.of_kind(FactKind.HOLD, EPOCH):
        body = body_of(fact)
        if body.get("what") == "released":
            mine = body.get("hold") in holds
        else:
            mine = bool(_named(body) & set(exhibit.cameras)) and _overlaps(body, exhibit)
            if mine:
                holds.add(fact.id)
        if mine:
            yield fact
    for fact in rows.facts.of_kind(FactKind.KEY, EPOCH):
        if body_of(fact).get("what") == CLAIM_ROOT:
            yield fact


def _looked(body: Mapping[str, object], exhibit: Exhibit) -> bool:
    """Return whether a record is of raw footage of the exhibit being seen or handed out.

    Searches are left out: what they asked for may be of other cases.
    """
    if body.get("exhibit") == exhibit.code:
        return True
    if body.get("what") not in _LOOKS:
        return False
    return bool(_named(body) & set(exhibit.cameras)) and _overlaps(body, exhibit)


def _named(body: Mapping[str, object]) -> set[object]:
    return {body.get("camera"), *_listed(body.get("cameras"))} - {None}


def _overlaps(body: Mapping[str, object], exhibit: Exhibit) -> bool:
    """Return whether a record is about the span; one that names no span may be."""
    start, end = body.get("start_us"), body.get("end_us")
    if not isinstance(start, int) or not isinstance(end, int):
        return True
    return start < to_us(exhibit.end) and to_us(exhibit.start) < end


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _at(body: Mapping[str, object]) -> datetime:
    at_us = body.get("at_us")
    return from_us(at_us) if isinstance(at_us, int) else EPOCH

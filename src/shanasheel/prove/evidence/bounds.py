"""Between which moments footage was logged, by the word of those outside."""

from __future__ import annotations

from dataclasses import dataclass, field

from shanasheel.base.clock import iso, to_us
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound
from shanasheel.prove.evidence.layout import TIMESTAMPS
from shanasheel.prove.evidence.opening import BagFiles, read_small
from shanasheel.prove.evidence.records import Judge, Proven, Records, time_of
from shanasheel.prove.evidence.report import Finding
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from shanasheel.prove.ledger.merkle import verify_consistency
from shanasheel.prove.ledger.notes import NOTE_LIMIT_BYTES, parse_note
from shanasheel.prove.ledger.proofs import parse_hashes
from shanasheel.prove.ledger.timestamps import (
    TIMESTAMP_LIMIT_BYTES,
    TimestampTrust,
    verify_timestamp,
)

_PREFIX = f"data/{TIMESTAMPS}/"
_SECOND_US = 1_000_000
_LATE_US = 300 * _SECOND_US  # clocks of honest machines may differ so much (guessed)


@dataclass(slots=True)
class Bounds:
    """What was found.

    Args:
        known: somebody outside says when the footage was there.
    """

    wrong: list[Finding] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    known: bool = False


def check_bounds(
    bag: BagFiles, records: Records, judge: Judge, trust: TimestampTrust | None
) -> Bounds:
    """Compare what recordings say of their time with cosignatures and timestamps.

    Args:
        trust: by which timestamps are verified; then at least one must say that the footage was
            there. None leaves them to OpenSSL.
    """
    found, media = Bounds(), list(records.of("segment", "intake"))
    times = [one.head.quorum_s for one in media]
    for one in media:
        if one.head.quorum_s is not None:
            _compare(found, one, one.head.quorum_s * _SECOND_US)
    known = [at_s for at_s in times if at_s is not None]
    if media and len(known) == len(media):
        found.told.append(Finding("not_after", {"at": time_of(max(known) * _SECOND_US)}))
    else:
        found.told.append(Finding("no_not_after"))
    found.known = bool(known)
    stamped = False
    for folder in sorted(
        {n[len(_PREFIX) :].split("/")[0] for n in bag.sizes if n.startswith(_PREFIX)}
    ):
        try:
            size = _contained(bag, folder, judge)
        except (InvalidInput, IntegrityFault, NotFound) as fault:
            found.wrong.append(Finding("stamp_broken", {"size": folder, "why": fault.message}))
            continue
        stamped |= _tell(bag, found, media, size, trust)
    if trust is not None and not stamped:
        found.wrong.append(Finding("no_stamp"))
    return found


def _tell(
    bag: BagFiles, found: Bounds, media: list[Proven], size: int, trust: TimestampTrust | None
) -> bool:
    """Say what a stamped head says of the footage; return whether one that holds has all of it."""
    first = min((one.entry for one in media), default=0)
    last = max((one.entry for one in media), default=0)
    if first < size <= last:
        return False
    side = "before" if size <= first else "after"
    if trust is None:
        found.told.append(Finding(f"stamp_{side}", {"size": str(size)}))
        return False
    holds = False
    place = f"{_PREFIX}{size}/"
    for name in sorted(bag.sizes):
        if not name.startswith(place) or not name.endswith(".tsr"):
            continue
        authority = name[len(place) : -len(".tsr")]
        try:
            answer = read_small(bag, name, TIMESTAMP_LIMIT_BYTES)
            stamped = read_small(bag, f"{place}checkpoint", NOTE_LIMIT_BYTES)
            at = verify_timestamp(answer, stamped, trust).at
        except (InvalidInput, IntegrityFault) as fault:
            told = {"authority": authority, "size": str(size), "why": fault.message}
            found.told.append(Finding("stamp_unverified", told))
            continue
        told = {"authority": authority, "size": str(size), "at": iso(at)}
        found.told.append(Finding(f"stamped_{side}", told))
        if side == "after":
            holds = found.known = True
            for one in media:
                _compare(found, one, to_us(at))
    return holds


def _compare(found: Bounds, one: Proven, at_us: int) -> None:
    """Note a recording that says it is younger than what vouches for it."""
    if one.number("end_us") > at_us + _LATE_US:
        told = {"camera": one.text("camera"), "at": one.at("end_us")}
        found.wrong.append(Finding("after_signing", told))


def _contained(bag: BagFiles, folder: str, judge: Judge) -> int:
    """Return the size of a stamped head that is contained in the bundle's own."""
    head = parse_checkpoint(
        parse_note(read_small(bag, f"{_PREFIX}{folder}/checkpoint", NOTE_LIMIT_BYTES)).text
    )
    note = parse_note(read_small(bag, "data/log/checkpoint", NOTE_LIMIT_BYTES))
    main = parse_checkpoint(note.text)
    if judge.head(note, main.size).log != main.origin:
        raise InvalidInput("The bundle's own head is not signed by a log of the policy.")
    proof = parse_hashes(read_small(bag, f"{_PREFIX}{folder}/consistency", 1 << 12))
    if head.origin != main.origin or str(head.size) != folder:
        raise InvalidInput("It is of another log or size.")
    verify_consistency(head.size, main.size, head.root, main.root, proof)
    return head.size

"""Checking the timestamps kept beside a log, as one more step, and what times they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from shanasheel.base.clock import iso
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound
from shanasheel.prove.ledger.check import LogStep
from shanasheel.prove.ledger.checkpoints import Checkpoint, verify_checkpoint
from shanasheel.prove.ledger.faults import LedgerDamaged
from shanasheel.prove.ledger.merkle import verify_consistency
from shanasheel.prove.ledger.notes import Verifier, parse_verifier
from shanasheel.prove.ledger.reader import LedgerReader
from shanasheel.prove.ledger.stamps import KeptStamp, KeptStamps
from shanasheel.prove.ledger.timestamps import TimestampTrust, verify_timestamp

STEP = "timestamps_hold"
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StampSeen:
    """A timestamp that holds: the log's first `size` entries were there not after `at`."""

    authority: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StampReport:
    """The step, and every timestamp that holds, by size."""

    step: LogStep
    stamps: tuple[StampSeen, ...]

    def newest(self) -> dict[str, StampSeen]:
        """Return each authority's newest timestamp, by name."""
        return {one.authority: one for one in self.stamps}


@dataclass(slots=True)
class _Found:
    wrong: list[str] = field(default_factory=list)
    good: list[StampSeen] = field(default_factory=list)


def check_timestamps(
    folder: Path,
    verifier_key: str,
    trusts: Mapping[str, TimestampTrust],
    logged: Mapping[str, str],
    number: int = 1,
) -> StampReport:
    """Verify every timestamp kept beside a log: certificates, imprint, and what was stamped.

    What was stamped must be a checkpoint signed by the log, and contained in it. The nonce was
    compared when the timestamp came, and is not any more. No timestamps at all hold too, and the
    detail says so.

    Args:
        folder: the log's folder, whose own check (`check_log`) must hold for this to mean much.
        trusts: what is trusted of each authority, by its name.
        logged: SHA-256 of every timestamp that a record of the log tells of, by its path.
        number: of the step.

    Raises:
        InvalidInput: the verifier key is not one.
    """
    verifier, kept, found = parse_verifier(verifier_key), KeptStamps(folder), _Found()
    reader = _readable(folder)
    heads: dict[int, str] = {}  # why what was stamped at a size is not of this log, or empty
    here = set()
    for one in kept.all():
        here.add(one.path)
        if one.size not in heads:
            heads[one.size] = _why_not_contained(kept, one.size, reader, verifier)
        fault = heads[one.size] or _judge(kept, one, trusts, logged, found)
        if fault:
            found.wrong.append(f"{one.path}: {fault}")
    found.wrong += [f"{path}: it was logged and is missing" for path in logged if path not in here]
    step = LogStep(number=number, name=STEP, ok=not found.wrong, detail=_detail(found))
    return StampReport(step=step, stamps=tuple(found.good))


def _readable(folder: Path) -> LedgerReader | None:
    try:
        return LedgerReader(folder)
    except IntegrityFault:
        return None


def _why_not_contained(
    kept: KeptStamps, size: int, reader: LedgerReader | None, verifier: Verifier
) -> str:
    """Return why what was stamped at a size is no head of this log; empty when it is one."""
    newest = reader.checkpoint if reader else None
    if reader is None or newest is None:
        return "not checked: the log has no checkpoint"
    try:
        stamped = kept.stamped(size)
        if stamped is None:
            return "what was stamped is missing"
        head = verify_checkpoint(stamped, verifier)
        _verify(reader, head, newest)
    except (InvalidInput, IntegrityFault, NotFound) as fault:
        return f"what was stamped is not of this log: {fault.message}"
    return "" if head.size == size else f"what was stamped has {head.size} entries"


def _verify(reader: LedgerReader, head: Checkpoint, newest: Checkpoint) -> None:
    if head.size > newest.size:
        raise LedgerDamaged(f"{head.size} entries were stamped, this log has {newest.size}.", "")
    proof = reader.consistency_proof(head.size, newest.size)
    verify_consistency(head.size, newest.size, head.root, newest.root, proof)


def _judge(
    kept: KeptStamps,
    one: KeptStamp,
    trusts: Mapping[str, TimestampTrust],
    logged: Mapping[str, str],
    found: _Found,
) -> str:
    """Return what is wrong with a timestamp over a head of this log, else note that it holds."""
    trust = trusts.get(one.authority)
    if trust is None:
        return "nobody said what to trust of this authority"
    try:
        answer = kept.answer(one)
        if logged.get(one.path, "") not in ("", sha256(answer).hexdigest()):
            return "its bytes differ from those that were logged"
        stamp = verify_timestamp(answer, kept.stamped(one.size) or b"", trust)
    except (InvalidInput, IntegrityFault) as fault:
        return fault.message
    found.good.append(StampSeen(authority=one.authority, size=one.size, at=stamp.at))
    return ""


def _detail(found: _Found) -> str:
    if found.wrong:
        return f"{len(found.wrong)}: {'; '.join(found.wrong[:_NAMED])}"
    if not found.good:
        return "there are none: no authority has stamped this log"
    counts: dict[str, int] = {}
    for one in found.good:
        counts[one.authority] = counts.get(one.authority, 0) + 1
    newest = {one.authority: one for one in found.good}
    told = "; ".join(
        f"{name} {counts[name]}, the newest: {one.size} entries not after {iso(one.at)}"
        for name, one in newest.items()
    )
    return f"{len(found.good)} timestamps: {told}"

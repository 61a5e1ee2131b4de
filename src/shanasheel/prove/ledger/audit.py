"""Watching a log from outside, by what it and its cosigners show to everybody.

Three ways to lie are looked for: rewriting (the tree does not contain the one seen before), showing
different trees to different people, and showing an old one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shanasheel.base.clock import from_us, iso
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound, Unavailable
from shanasheel.base.hashing import HASH_BYTES
from shanasheel.prove.ledger.check import LogStep
from shanasheel.prove.ledger.checkpoints import Checkpoint, parse_checkpoint
from shanasheel.prove.ledger.cosignatures import cosigned_at
from shanasheel.prove.ledger.faults import LedgerDamaged, SignatureMismatch
from shanasheel.prove.ledger.merkle import consistency_proof, verify_consistency
from shanasheel.prove.ledger.merkle import perfect_root as over
from shanasheel.prove.ledger.notes import parse_note, verify_note
from shanasheel.prove.ledger.policy import Policy
from shanasheel.prove.ledger.reader import CHECKPOINT
from shanasheel.prove.ledger.tiles import TILE_WIDTH, tile_path
from shanasheel.prove.ledger.tree import tile_extent

#: Returns a log's file by its path below the log, or raises NotFound, Unavailable, InvalidInput.
Fetch = Callable[[str], bytes]
_HEIGHT = 8
_FUTURE_S = 300
_REMEDY = "Keep what was fetched: it may be evidence against the log."


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Every step of an audit.

    Args:
        head: the log's newest checkpoint where nothing speaks against it: to be remembered for the
            next audit.
        torn: a tile was not there; the log may have grown meanwhile: audit again.
    """

    steps: tuple[LogStep, ...]
    head: Checkpoint | None
    torn: bool = False

    @property
    def holds(self) -> bool:
        """Return whether every step holds."""
        return all(step.ok for step in self.steps)


class FetchedNodes:
    """Hashes of a log of a known size, from tiles fetched as they are asked for."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch, self._size = fetch, size
        self._tiles: dict[tuple[int, int], bytes] = {}
        self.torn = False

    def node(self, level: int, index: int) -> bytes:
        """Return the hash over leaves `[index << level, (index + 1) << level)`.

        Raises:
            LedgerDamaged: the tile has a wrong length.
            NotFound, Unavailable, InvalidInput: it cannot be fetched.
        """
        tile_level, height = divmod(level, _HEIGHT)
        tile, offset = divmod(index << height, TILE_WIDTH)
        row = self._row(tile_level, tile)
        end = offset + (1 << height)
        return over([row[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(offset, end)])

    def _row(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            full, rest = tile_extent(self._size, level)
            width = TILE_WIDTH if index < full else rest
            row = self._fetched(level, index, width)
            if len(row) < width * HASH_BYTES or len(row) % HASH_BYTES:
                raise LedgerDamaged(f"{tile_path(level, index, width)} is misshapen.", _REMEDY)
            self._tiles[level, index] = row[: width * HASH_BYTES]
        return self._tiles[level, index]

    def _fetched(self, level: int, index: int, width: int) -> bytes:
        """Return a tile; an unfinished one that is gone has been filled, or the log grew."""
        try:
            return self._fetch(tile_path(level, index, width).as_posix())
        except NotFound:
            if width == TILE_WIDTH:
                raise
        try:
            return self._fetch(tile_path(level, index).as_posix())
        except NotFound:
            self.torn = True
            raise


@dataclass(slots=True)
class _Seen:
    """What cosigners said: who agrees since when, who does not, who said nothing."""

    agree: dict[str, tuple[int, int]] = field(default_factory=dict)  # size, POSIX seconds
    differ: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


def audit_log(
    fetch: Fetch,
    policy: Policy,
    shown: Mapping[str, bytes | None],
    *,
    last: Checkpoint | None,
    now_s: int,
    fresh_s: int,
) -> AuditReport:
    """Audit a log by its public files, its cosigners and what was seen before.

    Steps: 1 `checkpoint_signed`, 2 `grown_since_last`, 3 `cosigners_agree`, 4 `quorum_fresh`.

    Args:
        fetch: of the log, called after its cosigners were asked: then the log can be ahead of
            them, and being behind means that it withholds.
        policy: the auditor's.
        shown: what each witness shows as its newest checkpoint of this log; None where it gave no
            answer.
        last: seen in the audit before; None in the first.
        now_s: POSIX seconds.
        fresh_s: how old the quorum's cosignatures may be.
    """
    try:
        head = _head(fetch, policy)
    except (InvalidInput, IntegrityFault, NotFound, Unavailable) as fault:
        return AuditReport(steps=_without_head(fault.message), head=None)
    nodes = FetchedNodes(fetch, head.size)
    grown, grown_told = _grown(nodes, head, last)
    seen = _Seen()
    for name, data in shown.items():
        _hear(seen, policy, name, data, nodes, head)
    fresh = {
        name for name, (_, at_s) in seen.agree.items() if -_FUTURE_S <= now_s - at_s <= fresh_s
    }
    told = (
        ("checkpoint_signed", True, f"{head.origin}, {head.size} entries"),
        ("grown_since_last", grown, grown_told),
        ("cosigners_agree", not seen.differ, _told(seen)),
        ("quorum_fresh", policy.met_by(fresh), _fresh_told(seen, fresh)),
    )
    steps = tuple(
        LogStep(number=number, name=name, ok=ok, detail=detail)
        for number, (name, ok, detail) in enumerate(told, start=1)
    )
    clean = grown and not seen.differ
    return AuditReport(steps=steps, head=head if clean else None, torn=nodes.torn)


def _without_head(why: str) -> tuple[LogStep, ...]:
    rest = ("grown_since_last", "cosigners_agree", "quorum_fresh")
    return (
        LogStep(number=1, name="checkpoint_signed", ok=False, detail=why),
        *(
            LogStep(number=number, name=name, ok=False, detail="not checked: no checkpoint")
            for number, name in enumerate(rest, start=2)
        ),
    )


def _head(fetch: Fetch, policy: Policy) -> Checkpoint:
    note = parse_note(fetch(CHECKPOINT))
    head = parse_checkpoint(note.text)
    known = [key for key in policy.logs if key.name == head.origin]
    verify_note(note, known)
    return head


def _grown(nodes: FetchedNodes, head: Checkpoint, last: Checkpoint | None) -> tuple[bool, str]:
    if last is None:
        return True, "first look: nothing to compare with"
    if last.origin != head.origin:
        return False, f"the log seen before was {last.origin}"
    if head.size < last.size:
        return False, f"{head.size} entries now, {last.size} were seen before"
    fault = _contradiction(nodes, last, head)
    return not fault, fault or f"contains the {last.size} entries seen before"


def _contradiction(nodes: FetchedNodes, old: Checkpoint, new: Checkpoint) -> str:
    """Return why the older head is not contained in the newer; empty when it is."""
    try:
        if old.size:
            proof = consistency_proof(nodes, old.size, new.size)
            verify_consistency(old.size, new.size, old.root, new.root, proof)
    except IntegrityFault as fault:
        return fault.message
    except (NotFound, Unavailable, InvalidInput) as fault:
        return f"its tiles cannot be read: {fault.message}"
    return ""


def _hear(
    seen: _Seen,
    policy: Policy,
    name: str,
    data: bytes | None,
    nodes: FetchedNodes,
    head: Checkpoint,
) -> None:
    """Judge what one witness shows."""
    if data is None:
        seen.silent.append(name)
        return
    try:
        note = parse_note(data)
        theirs = parse_checkpoint(note.text)
        verify_note(note, [key for key in policy.logs if key.name == head.origin])
        at_s = cosigned_at(note, policy.witnesses[name])
    except (InvalidInput, SignatureMismatch) as fault:
        seen.differ.append(f"{name}: {fault.message}")
        return
    if at_s is None or theirs.origin != head.origin:
        seen.differ.append(f"{name} shows nothing that it has cosigned of this log")
    elif theirs.size > head.size:
        seen.differ.append(f"{name} has cosigned {theirs.size} entries, the log shows {head.size}")
    elif why := _contradiction(nodes, theirs, head):
        seen.differ.append(f"{name} has cosigned another tree of {theirs.size}: {why}")
    else:
        seen.agree[name] = (theirs.size, at_s)


def _told(seen: _Seen) -> str:
    agree = ", ".join(f"{name} at {size}" for name, (size, _) in seen.agree.items())
    parts = [*seen.differ]
    if agree:
        parts.append(f"contained: {agree}")
    if seen.silent:
        parts.append(f"no answer: {', '.join(seen.silent)}")
    return "; ".join(parts) or "the policy gives no witness's address"


def _fresh_told(seen: _Seen, fresh: set[str]) -> str:
    return (
        ", ".join(
            f"{name} signed {iso(from_us(at_s * 1_000_000))}{'' if name in fresh else ' (old)'}"
            for name, (_, at_s) in seen.agree.items()
        )
        or "nobody"
    )

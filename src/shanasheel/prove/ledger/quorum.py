"""Checking a log's cosigned checkpoints against a verifier's policy, as three more steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shanasheel.base.clock import from_us, iso
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound
from shanasheel.prove.ledger.check import LogStep
from shanasheel.prove.ledger.checkpoints import Checkpoint, parse_checkpoint
from shanasheel.prove.ledger.cosigned import CosignedHeads
from shanasheel.prove.ledger.faults import LedgerDamaged, SignatureMismatch
from shanasheel.prove.ledger.merkle import verify_consistency
from shanasheel.prove.ledger.notes import Note, parse_note
from shanasheel.prove.ledger.policy import Policy, Verdict
from shanasheel.prove.ledger.reader import CHECKPOINT, LedgerReader, read_note

NAMES = ("log_in_policy", "quorum_cosigned", "cosigned_contained")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """The newest head that the quorum signed, or else the newest of all, and why not others."""

    note: Note
    verdict: Verdict


def check_quorum(folder: Path, policy: Policy, now_s: int, first: int = 1) -> tuple[LogStep, ...]:
    """Return the steps that say whether those whom a policy names vouch for a log.

    Steps: `log_in_policy`, `quorum_cosigned`, `cosigned_contained`. The cosigned checkpoints are
    those kept beside the log; the newest that makes the quorum counts.

    Args:
        folder: the log's folder, whose own check (`check_log`) must hold for these to mean much.
        now_s: POSIX seconds.
        first: number of the first step.
    """
    faults: list[str] = []
    looked = _look(folder, policy, now_s, faults)
    told = (
        _guarded(lambda: _known(folder, policy, now_s)),
        _quorum(looked, faults),
        _guarded(lambda: _contained(folder, looked)),
    )
    return tuple(
        LogStep(number=number, name=name, ok=ok, detail=detail)
        for number, (name, (ok, detail)) in enumerate(zip(NAMES, told, strict=True), start=first)
    )


def _look(folder: Path, policy: Policy, now_s: int, faults: list[str]) -> _Looked | None:
    newest: _Looked | None = None
    candidates = [*CosignedHeads(folder).all()]
    if policy.met_by(()):  # nobody need have signed: the log's own head will do
        candidates += _own(folder)
    for note in reversed(candidates):
        try:
            one = _Looked(note=note, verdict=policy.judge(note, now_s))
        except SignatureMismatch as fault:
            faults.append(fault.message)
            continue
        if one.verdict.holds:
            return one
        newest = newest or one
    return newest


def _own(folder: Path) -> list[Note]:
    try:
        data = read_note(folder / CHECKPOINT)
        return [parse_note(data)] if data else []
    except (InvalidInput, LedgerDamaged):
        return []


def _known(folder: Path, policy: Policy, now_s: int) -> tuple[bool, str]:
    notes = _own(folder)
    if not notes:
        return False, "there is no checkpoint"
    log = policy.judge(notes[0], now_s).log
    return bool(log), log or "no log of the policy has signed the newest checkpoint"


def _quorum(looked: _Looked | None, faults: list[str]) -> tuple[bool, str]:
    wrong = f"; {'; '.join(faults[:3])}" if faults else ""
    if looked is None:
        return False, f"nobody has cosigned a checkpoint{wrong}"
    verdict, size = looked.verdict, parse_checkpoint(looked.note.text).size
    names = ", ".join(
        f"{name} at {iso(from_us(at_s * 1_000_000))}" for name, at_s in verdict.signed.items()
    )
    early = f"; dated in the future: {', '.join(verdict.early)}" if verdict.early else ""
    detail = f"{size} entries cosigned by {names or 'nobody the policy names'}{early}{wrong}"
    return verdict.holds, detail


def _contained(folder: Path, looked: _Looked | None) -> tuple[bool, str]:
    if looked is None:
        return False, "not checked: there is no cosigned checkpoint"
    head, reader = parse_checkpoint(looked.note.text), LedgerReader(folder)
    newest = reader.checkpoint
    if newest is None or head.origin != newest.origin:
        return False, f"the cosigned checkpoint is of {head.origin}, not of this log"
    if head.size > newest.size:
        return False, f"{head.size} entries were cosigned, this log has {newest.size}"
    _verify(reader, head, newest)
    return True, f"the first {head.size} of {newest.size} entries are those that were cosigned"


def _verify(reader: LedgerReader, head: Checkpoint, newest: Checkpoint) -> None:
    if head.size:
        proof = reader.consistency_proof(head.size, newest.size)
        verify_consistency(head.size, newest.size, head.root, newest.root, proof)


def _guarded(step: Callable[[], tuple[bool, str]]) -> tuple[bool, str]:
    try:
        return step()
    except (InvalidInput, IntegrityFault, NotFound) as fault:
        return False, fault.message

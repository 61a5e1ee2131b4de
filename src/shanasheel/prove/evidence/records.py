"""Which records of a bundle are proven: opened, included, signed, cosigned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shanasheel.base.clock import from_us, iso
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound
from shanasheel.prove.evidence.layout import PROOF_SUFFIX, entry_of
from shanasheel.prove.evidence.opening import BagFiles, read_small
from shanasheel.prove.evidence.report import Finding
from shanasheel.prove.ledger.commitments import canonical, open_commitment
from shanasheel.prove.ledger.faults import SignatureMismatch
from shanasheel.prove.ledger.notes import Note
from shanasheel.prove.ledger.policy import Policy
from shanasheel.prove.ledger.proofs import PROOF_LIMIT_BYTES, parse_proof

_RECORD_LIMIT_BYTES = 1 << 20
_SALT_BYTES = 16
#: Records that tell of footage: what a policy requires, it requires of these.
FOOTAGE = frozenset({"segment", "intake", "gap", "deletion", "tampering"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a policy says of one checkpoint.

    Args:
        log: the policy's log that signed it; empty where none did.
        quorum_s: POSIX seconds at which enough had cosigned; None where too few have.
        why: what is wrong with it; empty where nothing is.
    """

    log: str
    size: int
    signed: Mapping[str, int]
    early: tuple[str, ...]
    quorum: bool
    quorum_s: int | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A record that opens its entry, which is in a log that the policy names.

    Args:
        body: its fields, as JSON.
        cosigned: whether the policy's quorum vouches for it.
    """

    entry: int
    body: Mapping[str, object]
    head: Head

    @property
    def kind(self) -> str:
        """Return what it tells of."""
        return str(self.body.get("k", ""))

    @property
    def cosigned(self) -> bool:
        """Return whether the policy's quorum has signed a head with it."""
        return self.head.quorum

    def text(self, name: str) -> str:
        """Return a field as text; empty where it is none."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return a field as a whole number; 0 where it is none."""
        value = self.body.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def at(self, name: str) -> str:
        """Return a time in words; empty where it is none."""
        return time_of(self.number(name))


@dataclass(slots=True)
class Records:
    """Every record of a bundle, judged."""

    proven: dict[int, Proven] = field(default_factory=dict)
    count: int = 0
    opened: list[Finding] = field(default_factory=list)
    included: list[Finding] = field(default_factory=list)
    signed: list[Finding] = field(default_factory=list)
    cosigned: list[Finding] = field(default_factory=list)
    heads: dict[bytes, Head] = field(default_factory=dict)
    later: int = 0

    def of(self, *kinds: str) -> Iterator[Proven]:
        """Yield the proven records of some kinds, in the log's order."""
        for entry in sorted(self.proven):
            if self.proven[entry].kind in kinds:
                yield self.proven[entry]

    def exhibit(self, what: str) -> Proven | None:
        """Return the newest proven record of an exhibit that says this of itself."""
        found = [one for one in self.of("hold", "access", "export") if one.text("what") == what]
        return found[-1] if found else None


class Judge:
    """A policy with its clock, and what it said of each checkpoint so far."""

    def __init__(self, policy: Policy, now_s: int) -> None:
        self._policy, self._now_s = policy, now_s
        self.heads: dict[bytes, Head] = {}

    def head(self, note: Note, size: int) -> Head:
        """Return what the policy says of a checkpoint."""
        key = hashlib.sha256(note.encoded()).digest()
        if key not in self.heads:
            self.heads[key] = self._judged(note, size)
        return self.heads[key]

    def _judged(self, note: Note, size: int) -> Head:
        try:
            verdict = self._policy.judge(note, self._now_s)
        except SignatureMismatch as fault:
            return Head(
                log="", size=size, signed={}, early=(), quorum=False, quorum_s=None,
                why=fault.message,
            )  # fmt: skip
        return Head(
            log=verdict.log, size=size, signed=verdict.signed, early=verdict.early,
            quorum=verdict.quorum, quorum_s=_quorum_s(self._policy, verdict.signed),
        )  # fmt: skip


def check_records(bag: BagFiles, judge: Judge) -> Records:
    """Open every record of a bundle and follow its proof to a signed head."""
    records = Records(heads=judge.heads)
    names = [name for name in bag.sizes if name.startswith("data/records/")]
    for name in sorted(names):
        entry = entry_of(name)
        if entry is None:
            if not name.endswith((".salt", PROOF_SUFFIX)):
                records.opened.append(Finding("not_a_record", {"name": name}))
            continue
        records.count += 1
        _check_one(bag, judge, entry, records)
    strays = len(names) - 3 * records.count
    if strays:
        records.opened.append(Finding("stray_records", {"count": str(abs(strays))}))
    if not records.count:
        records.opened.append(Finding("no_records"))
    return records


def _check_one(bag: BagFiles, judge: Judge, entry: int, records: Records) -> None:
    place, told = f"data/records/{entry}", {"entry": str(entry)}
    try:
        body = read_small(bag, f"{place}.json", _RECORD_LIMIT_BYTES)
        salt = read_small(bag, f"{place}.salt", _SALT_BYTES)
        proof = parse_proof(read_small(bag, f"{place}{PROOF_SUFFIX}", PROOF_LIMIT_BYTES))
        fields = _fields(body)
        open_commitment(proof.extra, body, salt)
        if json.loads(proof.extra).get("k") != fields.get("k"):
            raise InvalidInput("The entry is of another kind than the record.")
    except (InvalidInput, NotFound, IntegrityFault) as fault:
        records.opened.append(Finding("not_opened", {**told, "why": fault.message}))
        return
    try:
        if proof.index != entry:
            raise InvalidInput(f"The proof is of entry {proof.index}.")
        proof.verify(proof.extra)
    except (InvalidInput, IntegrityFault) as fault:
        records.included.append(Finding("not_included", {**told, "why": fault.message}))
        return
    head = judge.head(proof.note, proof.checkpoint.size)
    if not head.log or head.log != proof.checkpoint.origin:
        why = head.why or "no log of the policy has signed it"
        records.signed.append(Finding("not_signed", {**told, "why": why}))
        return
    if not head.quorum:
        if fields.get("k") in FOOTAGE:
            records.cosigned.append(Finding("not_cosigned", told))
        else:
            records.later += 1
    records.proven[entry] = Proven(entry=entry, body=fields, head=head)


def _fields(body: bytes) -> dict[str, object]:
    try:
        fields = json.loads(body)
        if not isinstance(fields, dict) or canonical(fields) != body:
            raise InvalidInput("The record is not in its canonical form.")
    except (ValueError, RecursionError) as fault:
        raise InvalidInput("The record is not JSON.") from fault
    return fields


def _quorum_s(policy: Policy, signed: Mapping[str, int]) -> int | None:
    """Return when the quorum was met: the first second at which enough had signed."""
    if policy.met_by(()):
        return None
    for at_s in sorted(signed.values()):
        if policy.met_by([name for name, when in signed.items() if when <= at_s]):
            return at_s
    return None


def time_of(at_us: int) -> str:
    """Return microseconds since 1970 as ISO 8601; what no calendar has, as the number."""
    try:
        return iso(from_us(at_us))
    except (OverflowError, ValueError):
        return str(at_us)

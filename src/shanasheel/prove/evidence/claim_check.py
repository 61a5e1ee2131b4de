"""Claims (C2PA) in a bundle, against the root certificates that the log names."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from shanasheel.base.errors import InvalidInput
from shanasheel.prove.evidence.claimant import root_fingerprint
from shanasheel.prove.evidence.claims import (
    SIDECAR_LIMIT_BYTES,
    SIDECAR_SUFFIX,
    Claim,
    ClaimReader,
    ClaimState,
)
from shanasheel.prove.evidence.layout import CLAIM_ROOT, CLAIMS, CLIPS, ORIGINALS, SHIELDED
from shanasheel.prove.evidence.opening import BagFiles, read_small
from shanasheel.prove.evidence.records import Records
from shanasheel.prove.evidence.report import Finding, State

_ORIGINALS, _CLAIMS = f"data/{ORIGINALS}/", f"data/{CLAIMS}/"
_WITHIN = (f"data/{CLIPS}/", f"data/{SHIELDED}/")


@dataclass(slots=True)
class Claims:
    """What was found.

    Args:
        trusted: files whose claim leads to a root that the log names.
    """

    wrong: list[Finding] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    trusted: int = 0

    @property
    def good(self) -> State:
        """Return how the step ends where nothing is wrong."""
        return State.HOLDS if self.trusted else State.UNKNOWN


def unread_claims(bag: BagFiles) -> Claims:
    """Return that claims are there and were not read: the hash of step 1 covers them."""
    count = sum(name.startswith(_CLAIMS) for name in bag.sizes)
    return Claims(told=[Finding("claims_unread", {"count": str(count)})])


def check_claims(bag: BagFiles, digests: Mapping[str, str], records: Records) -> Claims:
    """Read every claim beside an original, and within clips and shielded copies.

    Args:
        digests: SHA-256 of every file as it is here.
    """
    found, roots = Claims(), _roots(records)
    reader = ClaimReader(roots)
    for name in sorted(bag.sizes):
        if name.startswith(_ORIGINALS):
            _beside(found, bag, reader, name, digests.get(name, ""))
        elif name.startswith(_WITHIN) and name.endswith(".mp4"):
            _note(found, name, _read(bag, reader, name, None))
        elif name.startswith(_CLAIMS) and _claimed(name) not in bag.sizes:
            found.told.append(Finding("claim_stray", {"name": name}))
    if found.trusted:
        found.told.insert(0, Finding("claims_trusted", {"count": str(found.trusted)}))
    if not roots:
        found.told.append(Finding("claims_no_root"))
    found.told.append(Finding("claims_beside"))
    return found


def _beside(found: Claims, bag: BagFiles, reader: ClaimReader, name: str, sha256: str) -> None:
    sidecar = f"{_CLAIMS}{name.removeprefix(_ORIGINALS)}{SIDECAR_SUFFIX}"
    if sidecar not in bag.sizes:
        _note(found, name, Claim(state=ClaimState.NONE))
        return
    try:
        claim = _read(bag, reader, name, read_small(bag, sidecar, SIDECAR_LIMIT_BYTES))
    except InvalidInput as fault:
        claim = Claim(state=ClaimState.BROKEN, why=fault.message)
    if claim.state is ClaimState.TRUSTED and claim.original_sha256 != sha256:
        # C2PA's own hash leaves boxes out: this one does not.
        claim = Claim(state=ClaimState.BROKEN, why="sha256", signer=claim.signer)
    _note(found, name, claim)


def _read(bag: BagFiles, reader: ClaimReader, name: str, sidecar: bytes | None) -> Claim:
    with bag.stream(name) as stream:
        if stream is None:
            return Claim(state=ClaimState.NONE, why="packed")
        return reader.read(stream, name, sidecar)


def _note(found: Claims, name: str, claim: Claim) -> None:
    given = {"name": name, "why": claim.why, "signer": claim.signer}
    if claim.state is ClaimState.TRUSTED:
        found.trusted += 1
    elif claim.state is ClaimState.NONE:
        found.told.append(Finding("claim_packed" if claim.why else "claim_none", given))
    else:
        found.wrong.append(Finding(f"claim_{claim.state}", given))


def _claimed(sidecar: str) -> str:
    return f"{_ORIGINALS}{sidecar.removeprefix(_CLAIMS).removesuffix(SIDECAR_SUFFIX)}"


def _roots(records: Records) -> tuple[bytes, ...]:
    """Return the certificates (DER) that proven records name."""
    found = []
    for one in records.of("key"):
        if one.text("what") != CLAIM_ROOT:
            continue
        try:
            root = base64.b64decode(one.text("certificate"), validate=True)
            if root_fingerprint(root) == one.text("certificate_sha256"):
                found.append(root)
        except (InvalidInput, ValueError):
            continue
    return tuple(found)

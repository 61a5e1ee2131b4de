"""Outside cosigners of this site: named, removed, and the policy that follows from them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shanasheel.actions.addresses import check_outside_url
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.clock import from_us, iso
from shanasheel.base.errors import Conflict, InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.domain.cosigning import OutsideCosigner
from shanasheel.domain.facts import FactKind
from shanasheel.prove.ledger import (
    Algorithm,
    CosignedHeads,
    CosignerKey,
    LedgerReader,
    Note,
    Policy,
    SignatureMismatch,
    cosigned_at,
    parse_cosigner_key,
    parse_policy,
)
from shanasheel.prove.ledger.checkpoints import parse_checkpoint

STANDING = "cosigners.json"
_AGENCY = re.compile(r"[^\s#\x00-\x1f\x7f]{1,60}")
_MOST = 7  # with two keys each a checkpoint has 15 lines; a note may have 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a cosigner has signed last.

    Args:
        size: of that checkpoint; 0 when it has signed none.
        at: when, by its own clock.
    """

    size: int = 0
    at: datetime | None = None


def add_cosigner(site: Site, keys: Sequence[str], url: str, agency: str = "") -> OutsideCosigner:
    """Ask a cosigner from now on; one of that name is replaced. A change leaves a fact.

    Args:
        keys: its public keys as text, one or two, of one name.
        url: where it takes checkpoints, without `/add-checkpoint`.
        agency: who runs it, in one word; empty when nobody says.

    Raises:
        InvalidInput: a key, the address or the agency is not one.
        Conflict: there are seven already.
    """
    parsed = [parse_cosigner_key(key) for key in keys]
    names = {key.name for key in parsed}
    kinds = {key.algorithm for key in parsed}
    if len(names) != 1 or len(kinds) != len(parsed):
        raise InvalidInput(
            "A cosigner has one name, and at most one key of each kind.",
            "Give the keys that its owner's `shanasheel cosigner show` prints.",
        )
    if agency and not _AGENCY.fullmatch(agency):
        raise InvalidInput(f"{printable(agency, 40)!r} cannot name an agency.", "Give one word.")
    check_outside_url(url, "cosigner")
    cosigner = OutsideCosigner(
        name=names.pop(), keys=tuple(map(str, parsed)), url=url.rstrip("/"), agency=agency
    )
    with site.store.begin() as rows:
        others = [one for one in rows.cosigners.all() if one.name != cosigner.name]
        if len(others) >= _MOST:
            raise Conflict(f"There are {_MOST} cosigners already.", "Remove one first.")
        rows.cosigners.replace((*others, cosigner))
        _fact(site, rows, "cosigner_added", cosigner)
    return cosigner


def remove_cosigner(site: Site, name: str) -> None:
    """Ask a cosigner no longer. What it signed stays. Leaves a fact.

    Raises:
        NotFound: there is none of that name.
    """
    with site.store.begin() as rows:
        known = rows.cosigners.all()
        gone = [one for one in known if one.name == name]
        if not gone:
            raise NotFound(f"There is no cosigner {printable(name)}.", "List them first.")
        rows.cosigners.replace([one for one in known if one.name != name])
        _fact(site, rows, "cosigner_removed", gone[0])


def list_cosigners(site: Site) -> tuple[OutsideCosigner, ...]:
    """Return every cosigner, as they were added."""
    with site.store.read() as rows:
        return rows.cosigners.all()


def keys_of(cosigner: OutsideCosigner) -> tuple[CosignerKey, ...]:
    """Return a cosigner's public keys."""
    return tuple(parse_cosigner_key(key) for key in cosigner.keys)


def last_signed(heads: Sequence[Note], cosigner: OutsideCosigner) -> Signed:
    """Return what a cosigner has signed last, by the cosignatures kept."""
    for note in reversed(heads):
        for key in keys_of(cosigner):
            try:
                at_s = cosigned_at(note, key)
            except SignatureMismatch:
                continue
            if at_s is not None:
                size = parse_checkpoint(note.text).size
                return Signed(size=size, at=from_us(at_s * 1_000_000))
    return Signed()


def policy_text(log_key: str, cosigners: Sequence[OutsideCosigner]) -> str:
    """Return the policy that more than half of the cosigners must have signed, as a file.

    A verifier takes it as a beginning, and changes it to whom they trust.
    """
    lines, names = [f"log {log_key}"], []
    for one in cosigners:
        witnesses = []
        for key in keys_of(one):
            suffix = "" if key.algorithm is Algorithm.ED25519 else "/ml-dsa-44"
            witnesses.append(f"{one.name}{suffix}")
            lines.append(f"witness {witnesses[-1]} {key} {one.url}")
        name = witnesses[0]
        if len(witnesses) > 1:
            name = f"{one.name}/any"
            lines.append(f"group {name} any {' '.join(witnesses)}")
        if one.agency:
            lines.append(f"#agency {one.agency} {' '.join(witnesses)}")
        names.append(name)
    if names:
        lines += [f"group cosigners {len(names) // 2 + 1} {' '.join(names)}", "quorum cosigners"]
    else:
        lines.append("quorum none")
    return "".join(f"{line}\n" for line in lines)


def site_policy(log_key: str, cosigners: Sequence[OutsideCosigner]) -> Policy:
    """Return that policy, read."""
    return parse_policy(policy_text(log_key, cosigners).encode())


def cosigned_checkpoint(site: Site) -> bytes:
    """Return the newest checkpoint that anybody has cosigned, with all its signatures.

    Raises:
        NotFound: nobody has.
    """
    note = CosignedHeads(site.data / "ledger").newest()
    if note is None:
        raise NotFound("Nobody has cosigned a checkpoint yet.", "Add a cosigner first.")
    return note.encoded()


def cosigners_status(site: Site, log_key: str) -> dict[str, object]:
    """Return who has signed what, when and how far behind, as plain values."""
    cosigners = list_cosigners(site)
    heads = CosignedHeads(site.data / "ledger").all()
    size = LedgerReader(site.data / "ledger").size
    said = _standing(site)
    items = [_item(one, last_signed(heads, one), size, said.get(one.name, {})) for one in cosigners]
    policy = site_policy(log_key, cosigners)
    independence = policy.independence()
    agreed = _agreed(policy, heads, int(site.clock.now().timestamp()))
    return {
        "entries": size,
        "items": items,
        "needed": len(cosigners) // 2 + 1 if cosigners else 0,
        "agreed_entries": agreed,
        "independent": independence.why is None,
        "dependence": independence.why.value if independence.why else "",
        "agency": independence.agency,
        "policy": policy_text(log_key, cosigners),
    }


def _agreed(policy: Policy, heads: Sequence[Note], now_s: int) -> int:
    """Return the size of the newest head that the quorum has signed; 0 when none is."""
    for note in reversed(heads):
        try:
            if policy.judge(note, now_s).holds:
                return parse_checkpoint(note.text).size
        except SignatureMismatch:
            continue
    return 0


def _item(
    one: OutsideCosigner, signed: Signed, size: int, said: dict[str, object]
) -> dict[str, object]:
    return {
        "name": one.name,
        "url": one.url,
        "agency": one.agency,
        "keys": list(one.keys),
        "size": signed.size,
        "behind": max(0, size - signed.size),
        "signed_at": iso(signed.at) if signed.at else None,
        "fault": str(said.get("fault") or ""),
        "fault_since": said.get("since"),
    }


def _standing(site: Site) -> dict[str, dict[str, object]]:
    """Return what the collecting hub last said of each."""
    try:
        said = json.loads((site.data / "run" / STANDING).read_bytes())
        return {str(one["name"]): one for one in said["items"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _fact(site: Site, rows: Rows, what: str, one: OutsideCosigner) -> None:
    body = {
        "what": what,
        "name": one.name,
        "keys": list(one.keys),
        "url": one.url,
        "agency": one.agency,
    }
    rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
